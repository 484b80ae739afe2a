import { Flag, Kind, makeFrame, type Position } from '@opencobrowse/protocol';
import { deflate } from './deflate.ts';

const CHUNK_BYTES = 256 * 1024;
const COMPRESS_ABOVE = 1024;
const KEPT_BYTES = 4 * 1024 * 1024;
const encoder = new TextEncoder();

/** Numbers the sharer's frames, compresses large ones, cuts snapshots into chunks, keeps what is not yet
 * acknowledged so that a short break of the network costs no new snapshot. Order is the order of the calls. */
export class SharerStream {
  #epoch: number;
  #offset: number;
  #kept: { offset: number; frame: Uint8Array<ArrayBuffer> }[] = [];
  #keptBytes = 0;
  #last: Promise<void> = Promise.resolve();
  #busy = 0;
  #generation = 0;

  constructor(
    position: Position,
    private readonly send: (frame: Uint8Array<ArrayBuffer>) => void,
  ) {
    this.#epoch = position.epoch;
    this.#offset = position.offset;
  }

  /** The next frame's position. */
  get position(): Position {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** The oldest position from which this page could send again. */
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
    while (this.#kept[0] !== undefined && this.#kept[0].offset < position.offset) {
      this.#keptBytes -= this.#kept.shift()?.frame.length ?? 0;
    }
  }

  /** Go on at `position` after a break: true if what the server lacks could be sent again. */
  resume(position: Position): boolean {
    const first = this.#kept[0]?.offset ?? this.#offset;
    if (position.epoch !== this.#epoch || position.offset < first) return false;
    for (const { offset, frame } of this.#kept) {
      if (offset >= position.offset) this.send(frame);
    }
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
  }

  #queue(kind: typeof Kind.SNAPSHOT | typeof Kind.EVENTS, events: unknown[]): void {
    const body = encoder.encode(JSON.stringify(events));
    const generation = this.#generation;
    if (body.length < COMPRESS_ABOVE && this.#busy === 0) {
      this.#emit(kind, 0, body);
      return;
    }
    this.#busy++;
    const packed = body.length < COMPRESS_ABOVE ? Promise.resolve(body) : deflate(body);
    this.#last = this.#last.then(async () => {
      const ready = await packed;
      if (generation !== this.#generation) return;
      this.#busy--;
      this.#emit(kind, ready === body ? 0 : Flag.DEFLATE, ready);
    });
  }

  #emit(kind: typeof Kind.SNAPSHOT | typeof Kind.EVENTS, flags: number, body: Uint8Array): void {
    if (kind === Kind.EVENTS) {
      this.#frame(kind, flags, body);
      return;
    }
    for (let start = 0; start < body.length; start += CHUNK_BYTES) {
      const last = start + CHUNK_BYTES >= body.length;
      this.#frame(kind, last ? flags | Flag.LAST : flags, body.subarray(start, start + CHUNK_BYTES));
    }
  }

  #frame(kind: Kind, flags: number, body: Uint8Array): void {
    const offset = this.#offset++;
    const frame = makeFrame({ kind, flags, peer: 0, epoch: this.#epoch, offset }, body);
    this.#kept.push({ offset, frame });
    this.#keptBytes += frame.length;
    while (this.#keptBytes > KEPT_BYTES && this.#kept.length > 1) {
      this.#keptBytes -= this.#kept.shift()?.frame.length ?? 0;
    }
    this.send(frame);
  }
}
