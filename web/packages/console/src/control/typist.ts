import type { Action } from '@opencobrowse/protocol';
import type { Facts } from '@opencobrowse/replay';
import type { Marks } from '../marks.ts';
import { keyOf } from './translate.ts';
import { MAX_TEXT, TypingBuffer } from './typing.ts';

const PIN = 'typing';

export interface TypistEvents {
  act(action: Action): void;
  /** Tab: the field is left for the next one, or the one before. */
  tab(from: number, way: 1 | -1): void;
  /** Escape, or the field is gone: the keys are no longer the field's. */
  left(): void;
}

/** The agent's own field over the customer's: the browser's editing, paste and input methods work as anywhere,
 * and what they make of it is sent. What was masked is not known here, and is replaced as a whole. */
export class Typist {
  #box: HTMLInputElement | HTMLTextAreaElement | undefined;
  #buffer: TypingBuffer | undefined;

  constructor(
    private readonly layer: HTMLElement,
    private readonly marks: Marks,
    private readonly events: TypistEvents,
  ) {}

  /** The node that is typed into; 0 for none. */
  get node(): number {
    return this.#buffer?.node ?? 0;
  }

  open(facts: Facts): void {
    if (this.node === facts.node) {
      this.#box?.focus({ preventScroll: true });
      return;
    }
    this.close();
    const initial = facts.masked ? '' : facts.value;
    const box = document.createElement(facts.kind === 'lines' ? 'textarea' : 'input');
    box.className = 'typist';
    box.value = initial;
    box.maxLength = MAX_TEXT;
    box.spellcheck = false;
    box.autocomplete = 'off';
    box.placeholder = facts.masked ? 'Replaces what is hidden here' : '';
    box.setAttribute('aria-label', 'You are typing in the customer’s page. Escape stops.');
    this.#box = box;
    this.#buffer = new TypingBuffer(facts.node, facts.masked ? undefined : initial, this.events.act);
    this.#listen(box, facts.kind === 'lines');
    this.layer.append(box);
    this.marks.pin(PIN, facts.node, box, () => this.#leave());
    box.focus({ preventScroll: true });
    box.setSelectionRange(initial.length, initial.length);
  }

  /** Send what is still waiting, and take the field away. */
  close(): void {
    this.#buffer?.flush();
    this.#gone();
  }

  /** Take the field away with what has not been sent: it was refused, or is not the agent's any more. */
  drop(): void {
    this.#buffer?.drop();
    this.#gone();
  }

  /** What was sent last was not taken for the moment: it leaves with what is typed next. */
  again(): void {
    this.#buffer?.again();
  }

  #gone(): void {
    const box = this.#box;
    this.#box = this.#buffer = undefined; // first: taking it away makes it lose the focus
    if (box) this.marks.clear(PIN);
  }

  #leave(): void {
    this.close();
    this.events.left();
  }

  #listen(box: HTMLElement & { value: string }, lines: boolean): void {
    box.addEventListener('input', (event) => {
      if (!(event as InputEvent).isComposing) this.#buffer?.set(box.value);
    });
    box.addEventListener('compositionend', () => this.#buffer?.set(box.value));
    box.addEventListener('keydown', (event) => this.#key(event as KeyboardEvent, lines));
    box.addEventListener('blur', () => box === this.#box && document.hasFocus() && this.close());
    for (const type of ['pointerdown', 'click', 'dblclick', 'pointerup'])
      box.addEventListener(type, (event) => event.stopPropagation());
  }

  #key(event: KeyboardEvent, lines: boolean): void {
    event.stopPropagation();
    if (event.isComposing) return;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === 'Escape') {
      event.preventDefault();
      this.#leave();
    } else if (event.key === 'Tab' && plain) {
      event.preventDefault();
      const from = this.node;
      this.close();
      this.events.tab(from, event.shiftKey ? -1 : 1);
    } else if (this.#isThePages(event.key, lines, plain)) {
      const action = keyOf(event, this.node);
      event.preventDefault();
      this.#buffer?.flush();
      if (action) this.events.act(action);
    }
  }

  /** In one line, up and down are for lists of the page; Enter sends. In several lines all that is writing,
   * but Ctrl+Enter. */
  #isThePages(key: string, lines: boolean, plain: boolean): boolean {
    if (key === 'Enter') return !lines || !plain;
    return !lines && plain && ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown'].includes(key);
  }
}
