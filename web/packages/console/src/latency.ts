/** The way's own time: viewer -> customer's page -> viewer, halved. */

const EVERY_MS = 2000;
const LOST_MS = 6000;
const KEPT = 5;

export class Latency {
  #id = 0;
  #sent = new Map<number, number>();
  #recent: number[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;

  constructor(
    private readonly ping: (id: number) => void,
    /** The median of the last five, in milliseconds; undefined while nothing comes back. */
    private readonly report: (ms: number | undefined) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  start(): void {
    this.stop();
    this.#heardAt = this.now();
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#sent.clear();
    this.#recent = [];
    this.report(undefined);
  }

  pong(id: number): void {
    const sent = this.#sent.get(id);
    if (sent === undefined) return;
    this.#sent.delete(id);
    this.#heardAt = this.now();
    this.#recent = [...this.#recent.slice(1 - KEPT), (this.#heardAt - sent) / 2];
    const sorted = [...this.#recent].sort((a, b) => a - b);
    this.report(sorted[sorted.length >> 1]);
  }

  #tick(): void {
    const now = this.now();
    if (now - this.#heardAt > LOST_MS) {
      this.#sent.clear();
      this.#recent = [];
      this.report(undefined);
    }
    this.#id = (this.#id + 1) >>> 0;
    this.#sent.set(this.#id, now);
    this.ping(this.#id);
  }
}
