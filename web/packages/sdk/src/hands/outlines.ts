import { h } from '../ui.ts';
import { boxOf } from './place.ts';

const MARGIN = 4;
/** A label needs this much above an element; otherwise it goes below. */
const LABEL_PX = 30;

interface Outline {
  element: Element;
  frame: HTMLElement;
  follow?: ((box: DOMRect) => void) | undefined;
  gone?: (() => void) | undefined;
}

/** Frames around elements, each with a name, that go where the element goes: a look at each, once a frame of the
 * screen, while there are any. */
export class Outlines {
  readonly #all = new Map<string, Outline>();
  #frame = 0;

  constructor(private readonly layer: HTMLElement) {}

  /** Outline `element` under `key`, in place of what was there. `gone` is called when the element has left the
   * page; the outline goes by itself. */
  set(
    key: string,
    element: Element,
    label: string,
    more: { own?: boolean; follow?: (box: DOMRect) => void; gone?: () => void } = {},
  ): void {
    this.delete(key);
    const frame = h('div', { class: more.own ? 'outline own' : 'outline' });
    if (label !== '') frame.append(h('span', { dir: 'auto' }, label));
    this.layer.prepend(frame);
    const { follow, gone } = more;
    this.#all.set(key, { element, frame, follow, gone });
    this.#look();
  }

  has(key: string): boolean {
    return this.#all.has(key);
  }

  delete(key: string): void {
    this.#all.get(key)?.frame.remove();
    this.#all.delete(key);
  }

  /** Take away all whose key `keep` does not want. */
  filter(keep: (key: string) => boolean): void {
    for (const key of [...this.#all.keys()]) if (!keep(key)) this.delete(key);
  }

  clear(): void {
    this.filter(() => false);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #look = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    for (const [key, outline] of [...this.#all]) this.#place(key, outline);
    if (this.#all.size > 0) this.#frame = requestAnimationFrame(this.#look);
  };

  #place(key: string, { element, frame, follow, gone }: Outline): void {
    if (!element.isConnected) {
      this.delete(key);
      gone?.();
      return;
    }
    const box = boxOf(element);
    frame.hidden = box.width === 0 && box.height === 0;
    frame.style.translate = `${box.x - MARGIN}px ${box.y - MARGIN}px`;
    frame.style.width = `${box.width + 2 * MARGIN}px`;
    frame.style.height = `${box.height + 2 * MARGIN}px`;
    frame.classList.toggle('low', box.y < LABEL_PX);
    follow?.(box);
  }
}
