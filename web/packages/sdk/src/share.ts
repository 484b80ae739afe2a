import { type Capture, pageInfo, startCapture } from '@opencobrowse/capture';
import { type Link, SharerStream } from '@opencobrowse/link';
import {
  type FromServer,
  Kind,
  makeFrame,
  type Position,
  type Share,
  writePointer,
} from '@opencobrowse/protocol';
import { type Bar, bar } from './bar.ts';

/** Above this the socket does not keep up: stop sending, and take a fresh snapshot once it has drained. */
const FULL_BYTES = 1024 * 1024;

/** A page that streams: capture on one side, the socket on the other, the bar on top. */
export class Sharer {
  readonly #stream: SharerStream;
  readonly #bar: Bar;
  #capture: Capture;
  #behind = false;

  constructor(
    private readonly link: Link,
    private readonly share: Share,
  ) {
    this.#stream = new SharerStream(share.position, (frame) => this.link.send(frame));
    this.#bar = bar(share.agentName, () => this.link.tell({ type: 'stop' }));
    this.#capture = this.#start();
  }

  get position(): Position {
    return this.#stream.oldest;
  }

  message(message: FromServer): void {
    if (message.type === 'checkout') this.#capture.checkout();
    else if (message.type === 'ack') this.#stream.acknowledge(message.position);
    else if (message.type === 'ping') this.link.tell({ type: 'pong', id: message.id });
  }

  /** A frame for this page: another's pointer. */
  frame(frame: ArrayBuffer): void {
    this.#bar.pointer(frame);
  }

  /** The server says where to go on, after a break or a pause. */
  again(share: Share): void {
    if (this.#stream.resume(share.position)) return;
    this.#stream.restart(share.position);
    this.#capture.checkout();
  }

  stop(reason: string): void {
    this.#capture.stop();
    this.#bar.close(reason);
  }

  #start(): Capture {
    return startCapture(
      {
        snapshot: (events) => this.#stream.snapshot(events),
        events: (events) => this.#events(events),
        pointer: (pointer) => {
          if (this.#behind) return;
          const header = {
            kind: Kind.POINTER,
            flags: 0,
            peer: 0,
            epoch: this.#stream.position.epoch,
            offset: 0,
          };
          this.link.send(makeFrame(header, writePointer(pointer)));
        },
        page: (page) => this.link.tell({ type: 'page', page }),
      },
      this.share.settings,
    );
  }

  #events(events: unknown[]): void {
    if (this.#behind) return;
    if (this.link.buffered <= FULL_BYTES) {
      this.#stream.events(events);
      return;
    }
    this.#behind = true;
    const wait = setInterval(() => {
      if (this.link.buffered > FULL_BYTES / 4) return;
      clearInterval(wait);
      this.#behind = false;
      this.#capture.checkout();
    }, 250);
  }
}

export { pageInfo };
