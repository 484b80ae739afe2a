/** The sharer's side of the mirror: rrweb records, `Mask` sees every event, and only then something leaves. */

import { type Level, Mask, OWN_ATTRIBUTE } from '@opencobrowse/mask';
import type { PageInfo, PageSettings, Pointer } from '@opencobrowse/protocol';
import { record } from '@rrweb/record';
import { EventType, type eventWithTime } from '@rrweb/types';
import { Batch } from './batch.ts';
import { viewport, watchAddress, watchSize } from './page.ts';
import { watchPointer } from './pointer.ts';
import { type Popovers, watchPopovers } from './popovers.ts';
import { watchResets } from './reset.ts';
import { isWithheld } from './withheld.ts';

export interface CaptureSink {
  snapshot(events: eventWithTime[]): void;
  events(events: eventWithTime[]): void;
  pointer(pointer: Pointer): void;
  page(info: PageInfo): void;
}

export interface Capture {
  /** Take a fresh full snapshot now. */
  checkout(): void;
  /** What the agent may know of the page besides its picture. */
  page(): PageInfo;
  /** What of each element leaves now. */
  levels(): (element: Element) => Level;
  stop(): void;
}

/** How often to look whether the masking of what has left has changed. */
const RELEVEL_MS = 250;
const MAX_TITLE = 300;
const MAX_URL = 2_000;

/** The node that viewers know by `id`, if there still is one; and a node's id, or -1. */
export const nodeOf = (id: number): Node | null => record.mirror.getNode(id);
export const idOf = (node: Node): number => record.mirror.getId(node);

/** Begin to record the page. The first snapshot is taken before this returns. */
export function startCapture(sink: CaptureSink, settings: PageSettings): Capture {
  const recorder = new Recorder(sink, settings);
  recorder.start();
  return recorder;
}

class Recorder implements Capture {
  readonly #mask: Mask;
  #batch = new Batch<eventWithTime>(() => undefined);
  #undo: (() => void)[] = [];
  #recording: (() => void)[] = [];
  #popovers: Popovers | undefined;
  #meta: eventWithTime | undefined;
  #known = '';
  /** The address that `#withheld` is about. */
  #address = '';
  /** Nothing of the page at this address leaves. */
  #withheld = false;
  /** Asking for it makes the browser lay the page out: only when it has changed. */
  #size = viewport();
  #relevel: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly sink: CaptureSink,
    private readonly settings: PageSettings,
  ) {
    this.#mask = new Mask(settings, nodeOf, document);
  }

  start(): void {
    this.#undo = [
      watchAddress(() => {
        this.#look();
        this.#describe();
      }),
      watchSize(() => {
        this.#size = viewport();
        this.#describe();
      }),
    ];
    this.#look();
    if (this.#withheld) this.#describe();
    else this.#record();
  }

  /** Asked before anything leaves: applications change their address without a word to anybody. */
  #look(): boolean {
    if (location.href === this.#address) return this.#withheld;
    const first = this.#address === '';
    this.#address = location.href;
    const before = this.#withheld;
    this.#withheld = isWithheld(this.#address, this.settings.pauseCriteria);
    if (!first && this.#withheld !== before) {
      if (this.#withheld) this.#pause();
      else this.#record();
    }
    return this.#withheld;
  }

  #pause(): void {
    this.#stopRecording();
    this.#describe();
  }

  #record(): void {
    this.#batch = new Batch((events) => this.#flush(events));
    this.#popovers = watchPopovers((event) => this.#emit(event), idOf, document);
    const stop = record({
      emit: (event) => this.#emit(event as unknown as eventWithTime), // its types come with rrweb of their own
      maskAllInputs: true,
      maskInputFn: (text) => text, // rrweb's own mask keeps a value's length: ours, after it, does not
      blockSelector: `[${OWN_ATTRIBUTE}]`,
      blockClass: 'opencobrowse-nothing', // no class of the page's own means anything to us
      ignoreClass: 'opencobrowse-nothing',
      maskTextClass: 'opencobrowse-nothing',
      inlineStylesheet: true,
      slimDOMOptions: 'all',
      recordCanvas: false,
      collectFonts: false,
      sampling: { mousemove: false, mouseInteraction: false, scroll: 50, media: 500 },
    });
    this.#recording = [
      () => stop?.(),
      watchPointer((pointer) => this.#look() || this.sink.pointer(pointer), idOf),
      watchResets((event) => this.#emit(event), idOf),
      () => this.#popovers?.stop(),
      removeOwnMarks,
    ];
  }

  #stopRecording(): void {
    clearTimeout(this.#relevel);
    this.#relevel = undefined;
    this.#batch.stop();
    for (const undo of this.#recording.splice(0)) undo();
    record.mirror.reset();
  }

  checkout(): void {
    if (!this.#look()) record.takeFullSnapshot();
  }

  page(): PageInfo {
    if (this.#look()) return { withheld: true };
    return {
      url: this.#mask.url(location.href).slice(0, MAX_URL),
      title: this.#mask.title(document.title.slice(0, MAX_TITLE)),
      ...this.#size,
    };
  }

  levels(): (element: Element) => Level {
    if (this.#look()) return () => 'hide';
    return this.#mask.levels();
  }

  stop(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#stopRecording();
  }

  #emit(raw: eventWithTime): void {
    if (this.#look()) return;
    const event = this.#masked(raw);
    if (event === undefined) return;
    if (event.type === EventType.Meta) this.#meta = event;
    else if (event.type === EventType.FullSnapshot) {
      this.#batch.flush();
      this.sink.snapshot(this.#meta ? [this.#meta, event] : [event]);
      this.#popovers?.tell();
      this.#describe();
    } else this.#batch.add(event);
  }

  /** What cannot be masked does not leave; and a fault of ours must not become one of the page, in whose
   * calls rrweb runs. */
  #masked(event: eventWithTime): eventWithTime | undefined {
    try {
      return this.#mask.event(event);
    } catch (error) {
      console.warn('[opencobrowse] an event was left out', error);
      return undefined;
    }
  }

  #flush(events: eventWithTime[]): void {
    if (this.#look()) return;
    this.sink.events(events);
    this.#describe();
    this.#levels();
  }

  /** Where something would be masked otherwise now, begin anew. */
  #levels(): void {
    if (this.#relevel !== undefined) return;
    if (this.#mask.recheck()) this.checkout();
    this.#relevel = setTimeout(() => {
      this.#relevel = undefined;
      if (this.#mask.recheck()) this.checkout();
    }, RELEVEL_MS);
  }

  #describe(): void {
    const info = this.page();
    const text = JSON.stringify(info);
    if (text === this.#known) return;
    this.#known = text;
    this.sink.page(info);
  }
}

/** rrweb marks fields that were passwords, on the page itself. */
function removeOwnMarks(): void {
  for (const field of document.querySelectorAll('[data-rr-is-password]')) {
    field.removeAttribute('data-rr-is-password');
  }
}
