/** At most one flush a frame: the first change of a burst leaves at once, the rest together 16 ms later. */

const FRAME_MS = 16;

export class Batch<T> {
  #waiting: T[] = [];
  #flushedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (items: T[]) => void) {}

  add(item: T): void {
    this.#waiting.push(item);
    if (this.#timer !== undefined) return;
    const wait = this.#flushedAt + FRAME_MS - performance.now();
    this.#timer = wait > 0 ? setTimeout(() => this.flush(), wait) : undefined;
    if (this.#timer === undefined) this.flush();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const items = this.#waiting;
    this.#waiting = [];
    this.#flushedAt = performance.now();
    this.send(items);
  }
}
