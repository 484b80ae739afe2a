import type { Pointer } from '@opencobrowse/protocol';

/** 30 a second (the server takes 60 frames a second from a viewer, clicks included). */
const EVERY_MS = 34;

/** The agent's own pointer over the mirror, thinned out: the first move leaves at once, the last always. */
export class PointerOut {
  #waiting: Pointer | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #inside = false;

  constructor(
    private readonly send: (pointer: Pointer) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  move(x: number, y: number, node: number): void {
    this.#inside = true;
    this.#waiting = { action: 'move', x, y, node };
    if (this.#timer !== undefined) return;
    const wait = this.#sentAt + EVERY_MS - this.now();
    if (wait > 0) this.#timer = setTimeout(() => this.#flush(), wait);
    else this.#flush();
  }

  click(x: number, y: number, node: number): void {
    this.#drop();
    this.#inside = true;
    this.send({ action: 'click', x, y, node });
  }

  leave(): void {
    this.#drop();
    if (this.#inside) this.send({ action: 'leave', x: 0, y: 0, node: 0 });
    this.#inside = false;
  }

  #flush(): void {
    const pointer = this.#waiting;
    this.#drop();
    if (pointer === undefined) return;
    this.#sentAt = this.now();
    this.send(pointer);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
  }
}
