/** At most one flush a frame: the first change of a burst leaves at once, the rest together a frame later. */

const FRAME_MS = 17; // 60 a second at most

export class Batch<T> {
  #waiting: T[] = [];
  #flushedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(
    private readonly send: (items: T[]) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(item: T): void {
    if (this.#stopped) return;
    this.#waiting.push(item);
    if (this.#timer !== undefined) return;
    const wait = this.#flushedAt + FRAME_MS - this.now();
    if (wait > 0) this.#timer = setTimeout(() => this.flush(), wait);
    else this.flush();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const items = this.#waiting;
    this.#waiting = [];
    this.#flushedAt = this.now();
    this.send(items);
  }

  /** What waits is thrown away, and nothing more is taken. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
