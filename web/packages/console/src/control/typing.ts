/** What is typed into one field: sent whole, when the agent rests for a moment, at the latest every so often. */

import type { Action } from '@opencobrowse/protocol';

const REST_MS = 120;
const LATEST_MS = 400;
/** The protocol's longest text. */
export const MAX_TEXT = 4096;

export class TypingBuffer {
  #text: string | undefined;
  #sent: string | undefined;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly node: number,
    /** What is in the field, where we see it: it is not sent again. */
    initial: string | undefined,
    private readonly send: (action: Action) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#sent = initial;
  }

  set(text: string): void {
    this.#since = this.#text === undefined ? this.now() : this.#since;
    this.#text = text;
    clearTimeout(this.#timer);
    const left = this.#since + LATEST_MS - this.now();
    this.#timer = setTimeout(() => this.flush(), Math.max(0, Math.min(REST_MS, left)));
  }

  /** Send what has not been sent: before Enter, Tab or a click, and when the field is left. */
  flush(): void {
    clearTimeout(this.#timer);
    const text = this.#text?.slice(0, MAX_TEXT);
    this.#text = undefined;
    if (text === undefined || text === this.#sent) return;
    this.#sent = text;
    this.send(text === '' ? { kind: 'clear', node: this.node } : { kind: 'type', node: this.node, text });
  }

  /** What was sent last was not taken: the same again is news. */
  again(): void {
    this.#sent = undefined;
  }

  /** Forget what has not been sent: the field is not the agent's any more. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#text = undefined;
  }
}
