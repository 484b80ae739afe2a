import { Flag, HEADER_BYTES, Kind, makeFrame, type Position } from '@opencobrowse/protocol';
import { deflate } from './deflate.ts';
import { toText } from './json.ts';

const CHUNK_BYTES = 256 * 1024;
const COMPRESS_ABOVE = 1024;
const KEPT_BYTES = 4 * 1024 * 1024;
/** The server's own limits (reliability.md D): a frame, and all chunks of a snapshot. */
const FRAME_BYTES = 1024 * 1024 - HEADER_BYTES;
const SNAPSHOT_BYTES = 20 * 1024 * 1024;

type Ordered = typeof Kind.SNAPSHOT | typeof Kind.EVENTS;

export interface StreamEvents {
  /** Hand a frame to the socket. */
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** Events that are too large for a frame were left out: only a fresh snapshot mends that. */
  overflow(): void;
  /** The page is larger than anything that can be shared. */
  tooLarge(): void;
}

/** Numbers the sharer's frames, compresses large ones, cuts snapshots into chunks, keeps what is not yet
 * acknowledged so that a short break of the network costs no new snapshot. Order is the order of the calls.
 * Nothing is sent while it is held: from a break until the server has said where to go on. */
export class SharerStream {
  #epoch: number;
  #offset: number;
  #kept: { offset: number; frame: Uint8Array<ArrayBuffer> }[] = [];
  #keptBytes = 0;
  #last: Promise<void> = Promise.resolve();
  #busy = 0;
  #generation = 0;
  #held = false;
  readonly #encoder = new TextEncoder();

  constructor(
    position: Position,
    private readonly to: StreamEvents,
    private readonly pack: (body: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>> = deflate,
  ) {
    this.#epoch = position.epoch;
    this.#offset = position.offset;
  }

  /** The next frame's position. */
  get position(): Position {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** The oldest position from which this page can send again. */
  get oldest(): Position {
    return { epoch: this.#epoch, offset: this.#kept[0]?.offset ?? this.#offset };
  }

  snapshot(events: unknown[]): void {
    this.#queue(Kind.SNAPSHOT, events);
  }

  events(events: unknown[]): void {
    this.#queue(Kind.EVENTS, events);
  }

  /** The server has everything before `position`. */
  acknowledge(position: Position): void {
    if (position.epoch !== this.#epoch) return;
    while (this.#kept[0] !== undefined && this.#kept[0].offset < position.offset) this.#forgetOldest();
  }

  /** Send nothing for now; frames are still numbered and kept. */
  hold(): void {
    this.#held = true;
  }

  /** Go on at `position` after a break: true if what the server lacks could be sent again. */
  resume(position: Position): boolean {
    const possible =
      position.epoch === this.#epoch &&
      position.offset >= this.oldest.offset &&
      position.offset <= this.#offset;
    if (!possible) return false;
    this.#held = false;
    for (const { offset, frame } of this.#kept) if (offset >= position.offset) this.to.send(frame);
    return true;
  }

  /** Begin a new epoch; what was queued for the old one is dropped. */
  restart(position: Position): void {
    this.#epoch = position.epoch;
    this.#offset = position.offset;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#generation++;
    this.#last = Promise.resolve();
    this.#busy = 0;
    this.#held = false;
  }

  /** Send nothing ever again, not even what is being compressed. */
  close(): void {
    this.restart(this.position);
    this.#held = true;
  }

  #queue(kind: Ordered, events: unknown[]): void {
    const body = this.#encoder.encode(toText(events));
    if (body.length < COMPRESS_ABOVE && this.#busy === 0) {
      this.#emit(kind, 0, body, events);
      return;
    }
    const generation = this.#generation;
    // A body that cannot be packed goes as it is: what is behind it must not wait for ever.
    const packed = body.length < COMPRESS_ABOVE ? body : this.pack(body).catch(() => body);
    this.#busy++;
    this.#last = this.#last.then(async () => {
      const ready = await packed;
      if (generation !== this.#generation) return;
      this.#busy--;
      this.#emit(kind, ready === body ? 0 : Flag.DEFLATE, ready, events);
    });
  }

  #emit(kind: Ordered, flags: number, body: Uint8Array, events: unknown[]): void {
    if (kind === Kind.SNAPSHOT) this.#chunks(flags, body);
    else if (body.length <= FRAME_BYTES) this.#frame(kind, flags, body);
    else if (events.length > 1) this.#halves(events);
    else this.to.overflow();
  }

  /** Too much for one frame: again, in two. Both go at once and unpacked where they fit, to keep the order. */
  #halves(events: unknown[]): void {
    const middle = events.length >> 1;
    for (const half of [events.slice(0, middle), events.slice(middle)]) {
      this.#emit(Kind.EVENTS, 0, this.#encoder.encode(toText(half)), half);
    }
  }

  #chunks(flags: number, body: Uint8Array): void {
    if (body.length > SNAPSHOT_BYTES) {
      this.to.tooLarge();
      return;
    }
    for (let start = 0; start < body.length; start += CHUNK_BYTES) {
      const last = start + CHUNK_BYTES >= body.length ? Flag.LAST : 0;
      this.#frame(Kind.SNAPSHOT, flags | last, body.subarray(start, start + CHUNK_BYTES));
    }
  }

  #frame(kind: Ordered, flags: number, body: Uint8Array): void {
    const offset = this.#offset++;
    const frame = makeFrame({ kind, flags, peer: 0, epoch: this.#epoch, offset }, body);
    this.#kept.push({ offset, frame });
    this.#keptBytes += frame.length;
    while (this.#keptBytes > KEPT_BYTES && this.#kept.length > 1) this.#forgetOldest();
    if (!this.#held) this.to.send(frame);
  }

  #forgetOldest(): void {
    this.#keptBytes -= this.#kept.shift()?.frame.length ?? 0;
  }
}
