/** A wheel over the mirror, as `scroll` actions: turns add up, and leave a few times a second. */

import type { Action } from '@opencobrowse/protocol';
import type { Scroller } from '@opencobrowse/replay';

const EVERY_MS = 60;
/** The mirror has caught up by then: where it is counts again. */
const SETTLED_MS = 600;

export class Wheel {
  #node = 0;
  #left = 0;
  #top = 0;
  #turnedAt = Number.NEGATIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: (action: Action) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Turn by (dx, dy) CSS pixels over what `scroller` is in the mirror now. */
  turn({ node, left, top, maxLeft, maxTop }: Scroller, dx: number, dy: number): void {
    const now = this.now();
    const goesOn = node === this.#node && now - this.#turnedAt < SETTLED_MS;
    if (!goesOn) {
      this.flush();
      this.#node = node;
      this.#left = left;
      this.#top = top;
    }
    this.#turnedAt = now;
    this.#left = Math.min(maxLeft, Math.max(0, this.#left + dx));
    this.#top = Math.min(maxTop, Math.max(0, this.#top + dy));
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, this.#sentAt + EVERY_MS - now));
  }

  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = this.now();
    const [left, top] = [Math.round(this.#left), Math.round(this.#top)];
    this.send({ kind: 'scroll', node: this.#node, left, top });
  }
}

const LINE_PX = 16;

/** A wheel event in pixels, right and down: some mice turn by lines, or by pages (of `page` pixels). */
export function turned(
  { deltaX, deltaY, deltaMode }: Pick<WheelEvent, 'deltaX' | 'deltaY' | 'deltaMode'>,
  page: number,
): [number, number] {
  const unit = [1, LINE_PX, page][deltaMode] ?? 1;
  return [deltaX * unit, deltaY * unit];
}
