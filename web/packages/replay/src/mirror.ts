import { EventType, type eventWithTime } from '@rrweb/types';
import { FocusKeeper } from './guard.ts';
import { Picture } from './picture.ts';
import type { View } from './view.ts';

export interface MirrorEvents {
  /** The customer's viewport, in CSS pixels. */
  size(width: number, height: number): void;
  /** One event could not be applied; the next ones still are. */
  failed(error: unknown): void;
  /** The sandbox is not what it must be: the mirror is gone and shows nothing more. */
  unsafe(): void;
}

/** The customer's page as it is now. A new snapshot is built behind the picture before and takes its place when
 * it is whole, so that nothing flickers; the old one is thrown away with all its memory. */
export class Mirror {
  readonly counts = { applied: 0, failed: 0, missing: 0, snapshots: 0 };
  readonly #root: HTMLElement;
  readonly #events: MirrorEvents;
  readonly #focus = new FocusKeeper();
  /** The address of the session's asset proxy; undefined: nothing is loaded from anywhere. */
  assets: string | undefined;
  #shown: Picture | undefined;
  /** Where events go: the newest picture, shown or not yet. */
  #newest: Picture | undefined;
  #meta: eventWithTime | undefined;
  #dead = false;

  constructor(root: HTMLElement, events: MirrorEvents) {
    this.#root = root;
    this.#events = events;
  }

  /** Apply events in their order, now. Their times are the customer's clock's and are not looked at. */
  apply(events: eventWithTime[]): void {
    for (const event of events) {
      if (this.#dead) return;
      try {
        this.#one(event);
        this.counts.applied++;
      } catch (error) {
        this.counts.failed++;
        this.#events.failed(error);
      }
    }
  }

  hover(id: number): void {
    this.#newest?.hover(id);
  }

  element(id: number): Element | undefined {
    return this.#newest?.element(id);
  }

  at(x: number, y: number): number {
    return this.#shown?.at(x, y) ?? 0;
  }

  /** What is shown, to be asked about now: do not keep it. */
  view(): View | undefined {
    return this.#shown?.view();
  }

  destroy(): void {
    this.#dead = true;
    this.#focus.stop();
    if (this.#newest !== this.#shown) this.#newest?.destroy();
    this.#shown?.destroy();
    this.#shown = this.#newest = undefined;
  }

  #one(event: eventWithTime): void {
    if (event?.type === EventType.Meta) this.#meta = event;
    else if (event?.type === EventType.FullSnapshot) this.#snapshot(event);
    else this.#newest?.apply(event);
  }

  #snapshot(event: eventWithTime): void {
    if (this.#newest !== this.#shown) this.#newest?.destroy();
    this.#newest = undefined;
    const picture: Picture = new Picture(this.#root, {
      size: (width, height) => this.#events.size(width, height),
      missing: () => this.counts.missing++,
      unsafe: () => this.#unsafe(),
      giveFocusBack: this.#focus.giveBack,
      assets: () => this.assets,
    });
    try {
      if (this.#meta) picture.apply(this.#meta);
      picture.apply(event);
    } catch (error) {
      picture.destroy();
      throw error;
    }
    this.counts.snapshots++;
    this.#newest = picture;
    const ready = this.#shown ? picture.ready() : undefined;
    if (ready) void ready.then(() => this.#show(picture));
    else this.#show(picture);
  }

  #show(picture: Picture): void {
    if (picture !== this.#newest || this.#dead) return;
    picture.show();
    if (this.#shown !== picture) this.#shown?.destroy();
    this.#shown = picture;
  }

  #unsafe(): void {
    if (this.#dead) return;
    this.destroy();
    this.#events.unsafe();
  }
}
