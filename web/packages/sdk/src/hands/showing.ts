import { OWN_ATTRIBUTE } from '@opencobrowse/mask';
import type { HandsStrings } from '../strings.ts';
import { swallow } from '../swallow.ts';
import { h } from '../ui.ts';
import type { Outlines } from './outlines.ts';

const KEY = 'own';
const SHOWN_MS = 15_000;

/** The customer shows the agent an element: by Alt and a click, or by the bar's button and a click. That press does
 * nothing else. */
export class Showing {
  #hint: HTMLElement | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly layer: HTMLElement,
    private readonly outlines: Outlines,
    private readonly t: HandsStrings,
    private readonly tell: (element: Element | undefined) => void,
  ) {}

  /** The next press chooses; again: it does not. */
  toggle(): void {
    if (this.#hint) {
      this.#off();
      return;
    }
    this.#hint = h('p', { class: 'hint', role: 'status' });
    this.layer.append(this.#hint);
    this.#hint.textContent = this.t.pick;
    addEventListener('pointerdown', this.#pick, true);
    addEventListener('keydown', this.#key, true);
  }

  /** Show `element`, which was pressed. */
  at(element: EventTarget | undefined): void {
    if (!(element instanceof Element)) return;
    this.#off();
    clearTimeout(this.#timer);
    this.outlines.set(KEY, element, this.t.you, { own: true, gone: () => this.tell(undefined) });
    this.tell(element);
    this.#timer = setTimeout(() => this.clear(), SHOWN_MS);
  }

  clear(): void {
    this.stop();
    if (!this.outlines.has(KEY)) return;
    this.outlines.delete(KEY);
    this.tell(undefined);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#off();
  }

  #off(): void {
    this.#hint?.remove();
    this.#hint = undefined;
    removeEventListener('pointerdown', this.#pick, true);
    removeEventListener('keydown', this.#key, true);
  }

  #pick = (event: PointerEvent): void => {
    const element = event.composedPath()[0];
    if (!event.isTrusted || !(element instanceof Element) || element.closest(`[${OWN_ATTRIBUTE}]`)) return;
    swallow(event);
    this.at(element);
  };

  #key = (event: KeyboardEvent): void => {
    if (event.isTrusted && event.key === 'Escape') this.#off();
  };
}
