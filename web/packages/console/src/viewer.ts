/** One open session: the socket on one side, the mirror on the other. */

import { inflate, Link } from '@opencobrowse/link';
import {
  Flag,
  type FromServer,
  HEADER_BYTES,
  Kind,
  type Position,
  readHeader,
  type SessionState,
  VERSION,
} from '@opencobrowse/protocol';
import { Mirror } from '@opencobrowse/replay';
import { api } from './api.ts';

export interface ViewerEvents {
  state(state: SessionState): void;
  end(reason: string): void;
  size(width: number, height: number): void;
  connected(yes: boolean): void;
}

const decoder = new TextDecoder();

export class Viewer {
  readonly #link: Link;
  readonly #mirror: Mirror;
  #position: Position | undefined;
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #work: Promise<void> = Promise.resolve();
  #busy = 0;

  constructor(
    sessionId: string,
    root: HTMLElement,
    private readonly events: ViewerEvents,
  ) {
    this.#mirror = new Mirror(root, events.size);
    this.#link = new Link({
      open: () => api.ticket(sessionId),
      opened: () => {
        this.#link.tell({
          type: 'hello',
          versions: [VERSION],
          ...(this.#position && { resume: this.#position }),
        });
        events.connected(true);
      },
      message: (message) => this.#in(() => this.#message(message)),
      frame: (frame) => this.#frame(frame),
      closed: () => events.connected(false),
    });
  }

  end(): void {
    this.#link.tell({ type: 'stop' });
  }

  close(): void {
    this.#link.stop();
    this.#mirror.destroy();
  }

  #message(message: FromServer): void {
    if (message.type === 'state') this.events.state(message);
    else if (message.type === 'end') this.events.end(message.reason);
    else if (message.type === 'resync') {
      this.#position = message.position;
      this.#chunks = [];
    }
  }

  #frame(frame: ArrayBuffer): void {
    const header = readHeader(frame);
    if (header.kind === Kind.POINTER) return;
    const body = new Uint8Array(frame, HEADER_BYTES);
    if (header.kind === Kind.SNAPSHOT) {
      this.#chunks.push(body);
      if (!(header.flags & Flag.LAST)) return;
      const whole = new Uint8Array(this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      let at = 0;
      for (const chunk of this.#chunks) {
        whole.set(chunk, at);
        at += chunk.length;
      }
      this.#chunks = [];
      this.#apply(whole, header.flags, header);
    } else this.#apply(body, header.flags, header);
  }

  #apply(body: Uint8Array<ArrayBuffer>, flags: number, { epoch, offset }: Position): void {
    const show = (bytes: Uint8Array): void => {
      this.#mirror.apply(JSON.parse(decoder.decode(bytes)));
      this.#position = { epoch, offset: offset + 1 };
    };
    if (flags & Flag.DEFLATE) {
      const ready = inflate(body);
      this.#in(async () => show(await ready));
    } else this.#in(() => show(body));
  }

  /** Do it now, or after what is being unpacked: order is the order of arrival. */
  #in(work: () => void | Promise<void>): void {
    if (this.#busy === 0) {
      const result = work();
      if (!result) return;
      this.#busy++;
      this.#work = result.finally(() => this.#busy--);
      return;
    }
    this.#busy++;
    this.#work = this.#work.then(work).finally(() => this.#busy--);
  }
}
