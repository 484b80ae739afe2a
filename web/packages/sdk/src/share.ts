import { type Capture, idOf, nodeOf, startCapture } from '@opencobrowse/capture';
import { type Link, SharerStream } from '@opencobrowse/link';
import { isNeverShown } from '@opencobrowse/mask';
import {
  type FromServer,
  Kind,
  makeFrame,
  type PageInfo,
  type Position,
  type SessionState,
  type Share,
  writePointer,
} from '@opencobrowse/protocol';
import { Bar } from './bar.ts';
import type { Hands } from './hands/index.ts';
import type { Seen } from './seen.ts';
import { swallow } from './swallow.ts';
import { toast } from './toast.ts';

/** Above this the socket does not keep up: stop sending, and take a fresh snapshot once it has drained. */
const FULL_BYTES = 1024 * 1024;
const LOOK_EVERY_MS = 250;

export type HandsModule = typeof import('./hands/index.ts');

/** What is about an agent's hands on this page: the part that is loaded when the first of it comes. */
const FOR_HANDS = /^(?:control|act$|propose|withdraw|highlight)/;

/** A page that streams: capture on one side, the socket on the other, the bar on top. */
export class Sharer {
  readonly #stream: SharerStream;
  readonly #bar: Bar;
  #capture: Capture;
  #drain: ReturnType<typeof setInterval> | undefined;
  #paused = false;
  /** Something was left out: what follows needs a fresh snapshot first. */
  #gap = false;
  #hands: Promise<Hands> | undefined;
  #state: SessionState | undefined;
  #seen: Seen | undefined;
  #seeing = false;

  constructor(
    private readonly link: Link,
    private share: Share,
    private readonly onStop: () => void,
    private readonly loadHands: () => Promise<HandsModule>,
  ) {
    this.#stream = new SharerStream(share.position, {
      send: (frame) => link.send(frame),
      overflow: () => this.#capture.checkout(),
      tooLarge: () => this.#tooLarge(),
    });
    this.#bar = new Bar(
      share.agentName,
      onStop,
      () => this.#hand((hands) => hands.pointOut()),
      (on) => this.#showSeen(on),
    );
    this.#capture = this.#record();
    addEventListener('pointerdown', this.#pointed, true);
    if (share.control) this.#hand(() => undefined);
    if (!link.open) this.offline();
  }

  /** From where this page can send again. */
  get oldest(): Position {
    return this.#stream.oldest;
  }

  get page(): PageInfo {
    return this.#capture.page();
  }

  message(message: FromServer): void {
    if (message.type === 'checkout') this.#capture.checkout();
    else if (message.type === 'ack') this.#stream.acknowledge(message.position);
    else if (message.type === 'ping') this.link.tell({ type: 'pong', id: message.id });
    else if (message.type === 'transferred') this.#seenBy(message.agentName);
    else if (message.type === 'state') {
      this.#state = message;
      this.#bar.viewers(message.viewers ?? []);
      if (message.state === 'paused') this.#pause();
      void this.#hands?.then((hands) => hands.message(message));
    } else if (FOR_HANDS.test(message.type)) this.#hand((hands) => hands.message(message), message);
  }

  /** A frame for this page: an agent's pointer. */
  frame(frame: ArrayBuffer): void {
    this.#bar.pointer(frame);
  }

  /** The socket is gone: what happens now is kept, as far as it fits, and sent when the server is back. */
  offline(): void {
    this.#stream.hold();
    this.#bar.show('reconnecting');
  }

  /** The server says where to go on, after a break or a pause. */
  again(share: Share): void {
    const settled = JSON.stringify(share.settings) === JSON.stringify(this.share.settings);
    const sameEpoch = share.position.epoch === this.#stream.position.epoch;
    const agent = this.share.agentName;
    this.share = share;
    this.#paused = false;
    if (sameEpoch && !this.#stream.resume(share.position)) {
      this.link.tell({ type: 'restart' }); // answered by a new epoch
      return;
    }
    if (share.agentName === agent) this.#bar.show('live');
    else this.#seenBy(share.agentName);
    if (!sameEpoch) this.#stream.restart(share.position);
    if (!settled) {
      this.#capture.stop();
      this.#capture = this.#record();
    } else if (!sameEpoch || this.#gap) this.#capture.checkout();
  }

  stop(reason: string): void {
    clearInterval(this.#drain);
    removeEventListener('pointerdown', this.#pointed, true);
    void this.#hands?.then((hands) => hands.stop());
    this.#showSeen(false);
    this.#stream.close();
    this.#capture.stop();
    this.#bar.close();
    toast(reason, this.share.agentName);
  }

  /** Another agent goes on: the customer hears who, and nothing is sent anew. */
  #seenBy(agentName: string): void {
    this.share = { ...this.share, agentName };
    this.#bar.seenBy(agentName);
  }

  /** Let the hands do it, as soon as they are there: one after another. */
  #hand(use: (hands: Hands) => void, message?: FromServer): void {
    this.#hands ??= this.loadHands().then(({ Hands }) => {
      const hands = new Hands({
        ...{ bar: this.#bar, link: this.link, nodeOf, idOf, isNeverShown, share: () => this.share },
        paused: () => this.#paused || this.page.withheld === true,
      });
      if (this.#state) hands.message(this.#state);
      return hands;
    });
    this.#hands.then(use).catch((error) => {
      console.warn('[opencobrowse]', error);
      this.#hands = undefined;
      if (message?.type !== 'act' && message?.type !== 'propose') return;
      const { id, peer = 0 } = message;
      this.link.tell({ type: 'acted', id, peer, result: 'refused', reason: 'unavailable' });
    });
  }

  /** Alt and a click: the customer shows the agent something. */
  #pointed = (event: PointerEvent): void => {
    const target = event.composedPath()[0];
    if (!event.altKey || !event.isTrusted || this.#paused) return;
    swallow(event);
    this.#hand((hands) => hands.pointOut(target));
  };

  /** Mark on the customer's own page what of it the agent does not see. */
  #showSeen(on: boolean): void {
    this.#seen?.close();
    this.#seen = undefined;
    this.#seeing = on;
    if (!on) return;
    void this.loadHands().then(({ Seen }) => {
      if (!this.#seeing || this.#seen) return;
      this.#seen = new Seen(this.#bar.root, () => this.#capture.levels());
      this.#bar.layer.prepend(this.#seen.element);
    });
  }

  #record(): Capture {
    return startCapture(
      {
        snapshot: (events) => this.#snapshot(events),
        events: (events) => this.#events(events),
        pointer: (pointer) => {
          if (this.#paused || this.#drain !== undefined) return;
          const { epoch } = this.#stream.position;
          const header = { kind: Kind.POINTER, flags: 0, peer: 0, epoch, offset: 0 };
          this.link.send(makeFrame(header, writePointer(pointer)));
        },
        page: (page) => {
          this.#bar.withhold(page.withheld === true);
          this.link.tell({ type: 'page', page });
        },
      },
      this.share.settings,
    );
  }

  #snapshot(events: unknown[]): void {
    this.#gap = this.#paused;
    if (!this.#paused) this.#stream.snapshot(events);
  }

  #events(events: unknown[]): void {
    if (this.#paused || this.#drain !== undefined) this.#gap = true;
    else if (this.link.buffered <= FULL_BYTES) this.#stream.events(events);
    else this.#fallBehind();
  }

  #fallBehind(): void {
    this.#gap = true;
    this.#drain = setInterval(() => {
      if (this.link.buffered > FULL_BYTES / 4) return;
      clearInterval(this.#drain);
      this.#drain = undefined;
      this.#capture.checkout();
    }, LOOK_EVERY_MS);
  }

  #pause(): void {
    this.#paused = true;
    this.#bar.show('paused');
  }

  #tooLarge(): void {
    this.onStop();
    toast('too.large', this.share.agentName);
  }
}
