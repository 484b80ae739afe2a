/** One open session: the socket on one side, the mirror on the other. */

import { inflate, Link } from '@opencobrowse/link';
import {
  Flag,
  type FromPage,
  type FromServer,
  HEADER_BYTES,
  Kind,
  makeFrame,
  type Pointer,
  type Position,
  readHeader,
  readPointer,
  type SessionState,
  VERSION,
  writePointer,
} from '@opencobrowse/protocol';
import { Mirror, type View } from '@opencobrowse/replay';
import { api } from './api.ts';
import { Latency } from './latency.ts';

export interface ViewerEvents {
  state(state: SessionState): void;
  end(reason: string): void;
  /** Another agent has the session; the socket closes next. */
  transferred(): void;
  size(width: number, height: number): void;
  connected(yes: boolean): void;
  /** The socket will not come back: `code` is its close code, 0 where no ticket was given. */
  refused(code: number, error: unknown): void;
  latency(ms: number | undefined): void;
  /** Somebody's pointer; peer 0 is the customer's. */
  pointer(peer: number, pointer: Pointer): void;
  /** The first snapshot is on the screen. */
  picture(): void;
  /** Another snapshot takes the place of what was shown: its nodes are others. */
  fresh(): void;
  /** What else the server said: of control, of actions, of outlines. */
  said(message: FromServer): void;
  /** The mirror's sandbox was tampered with: nothing is shown any more (reliability.md B1). */
  unsafe(): void;
}

/** After an event that could not be applied, the stream is fetched again; not more often than this. */
const RELOAD_MS = 10_000;
const decoder = new TextDecoder();

export class Viewer {
  /** This viewer's number in the session; its own pointer comes back under no number. */
  peer = 0;
  readonly #latency: Latency;
  readonly #mirror: Mirror;
  #link: Link;
  #refusal: unknown;
  #position: Position | undefined;
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #work: Promise<void> = Promise.resolve();
  #busy = 0;
  #reloadedAt = Number.NEGATIVE_INFINITY;
  #pictured = false;
  #failures = 0;

  constructor(
    private readonly sessionId: string,
    private readonly root: HTMLElement,
    private readonly events: ViewerEvents,
  ) {
    this.#mirror = new Mirror(root, {
      size: events.size,
      failed: () => this.#failed(),
      unsafe: () => {
        this.close();
        events.unsafe();
      },
    });
    this.#latency = new Latency((id) => this.#link.tell({ type: 'ping', id }), events.latency);
    this.#link = this.#open();
  }

  /** The agent's own pointer, to the customer and to the other viewers. */
  point(pointer: Pointer): void {
    const header = { kind: Kind.POINTER, flags: 0, peer: 0, epoch: 0, offset: 0 };
    this.#link.send(makeFrame(header, writePointer(pointer)));
  }

  /** What is shown, to be asked about now. */
  get view(): View | undefined {
    return this.#mirror.view();
  }

  /** False where there is no socket to take it. */
  tell = (message: FromPage): boolean => this.#link.tell(message);

  close(): void {
    this.#latency.stop();
    this.#link.stop();
    this.#mirror.destroy();
  }

  #open(): Link {
    const link: Link = new Link({
      open: () =>
        api.ticket(this.sessionId).then(
          (ticket) => {
            this.#mirror.assets = ticket.assetsUrl;
            return ticket;
          },
          (error) => {
            this.#refusal = error;
            throw error;
          },
        ),
      opened: () => this.#in(() => this.#hello(link)), // after what is still being unpacked: it moves the position
      message: (message) => link === this.#link && this.#in(() => this.#message(message)),
      frame: (frame) => link === this.#link && this.#frame(frame),
      silent: () => void link.tell({ type: 'ping', id: 0 }), // nobody shares: only the server can answer
      closed: (final, code) => link === this.#link && this.#closed(final, code),
    });
    return link;
  }

  #hello(link: Link): void {
    this.#chunks = [];
    link.tell({
      type: 'hello',
      versions: [VERSION],
      ...(this.#position && { resume: this.#position }),
    });
    this.#latency.start();
    this.events.connected(true);
  }

  #closed(final: boolean, code: number): void {
    this.#latency.stop();
    this.events.connected(false);
    if (final) this.events.refused(code, this.#refusal);
  }

  #message(message: FromServer): void {
    switch (message.type) {
      case 'welcome':
        this.peer = message.peer;
        break;
      case 'state':
        this.events.state(message);
        break;
      case 'pong':
        this.#latency.pong(message.id);
        break;
      case 'end':
        this.events.end(message.reason);
        break;
      case 'transferred':
        this.events.transferred();
        break;
      case 'resync':
        this.#position = undefined; // until its snapshot is here, a resume has nothing to go on from
        this.#chunks = [];
        break;
      default:
        this.events.said(message);
    }
  }

  #frame(frame: ArrayBuffer): void {
    const header = readHeader(frame);
    if (header.kind === Kind.POINTER) {
      this.#pointer(header.peer, readPointer(frame));
      return;
    }
    let body = new Uint8Array(frame, HEADER_BYTES);
    if (header.kind === Kind.SNAPSHOT) {
      this.#chunks.push(body);
      if (!(header.flags & Flag.LAST)) return;
      body = joined(this.#chunks);
      this.#chunks = [];
    }
    this.#apply(body, header.flags, { epoch: header.epoch, offset: header.offset + 1 });
  }

  #pointer(peer: number, pointer: Pointer | undefined): void {
    if (pointer === undefined) return;
    if (peer === 0) this.#mirror.hover(pointer.action === 'leave' ? 0 : pointer.node);
    this.events.pointer(peer, pointer);
  }

  #apply(body: Uint8Array<ArrayBuffer>, flags: number, next: Position): void {
    const show = (bytes: Uint8Array): void => {
      this.#position = next;
      const before = this.#mirror.counts.snapshots;
      this.#mirror.apply(JSON.parse(decoder.decode(bytes)));
      if (this.#mirror.counts.snapshots === before) return;
      if (this.#pictured) this.events.fresh();
      else this.events.picture();
      this.#pictured = true;
    };
    if (flags & Flag.DEFLATE) {
      const ready = inflate(body);
      this.#in(async () => show(await ready));
    } else this.#in(() => show(body));
  }

  /** Do it now, or after what is being unpacked: order is the order of arrival. */
  #in(work: () => void | Promise<void>): void {
    if (this.#busy === 0) {
      const result = this.#try(work);
      if (!result) return;
      this.#busy++;
      this.#work = result.finally(() => this.#busy--);
      return;
    }
    this.#busy++;
    this.#work = this.#work.then(() => this.#try(work)).finally(() => this.#busy--);
  }

  /** A frame that is not what it says (a hand-made page) is passed over; the stream goes on. */
  #try(work: () => void | Promise<void>): Promise<void> | undefined {
    try {
      return work()?.catch(() => this.#failed());
    } catch {
      this.#failed();
      return undefined;
    }
  }

  /** The mirror may differ now: fetch the stream again from the server's snapshot. The customer's page is not
   * asked for anything. What fails again at once is left as it is. */
  #failed(): void {
    this.root.dataset.failures = String(++this.#failures); // for support: visible in the page's inspector
    const now = performance.now();
    if (now - this.#reloadedAt < RELOAD_MS) return;
    this.#reloadedAt = now;
    queueMicrotask(() => {
      this.#position = undefined;
      const before = this.#link;
      this.#link = this.#open();
      before.stop();
    });
  }
}

function joined(chunks: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const only = chunks.length === 1 ? chunks[0] : undefined;
  if (only) return only;
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
