/** The sharer's side of the mirror: rrweb records, `Mask` sees every event, and only then something leaves. */

import { Mask, OWN_ATTRIBUTE, publicUrl } from '@opencobrowse/mask';
import type { PageInfo, PageSettings, Pointer } from '@opencobrowse/protocol';
import { record } from '@rrweb/record';
import { EventType, type eventWithTime } from '@rrweb/types';
import { Batch } from './batch.ts';
import { viewport, watchAddress, watchSize } from './page.ts';
import { watchPointer } from './pointer.ts';
import { type Popovers, watchPopovers } from './popovers.ts';
import { watchResets } from './reset.ts';

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
  stop(): void;
}

/** How often to look whether the masking of what has left has changed. */
const RELEVEL_MS = 250;
const MAX_TITLE = 300;
const MAX_URL = 2_000;

/** Begin to record the page. The first snapshot is taken before this returns. */
export function startCapture(sink: CaptureSink, settings: PageSettings): Capture {
  const recorder = new Recorder(sink, settings);
  recorder.start();
  return recorder;
}

class Recorder implements Capture {
  readonly #mask: Mask;
  readonly #batch: Batch<eventWithTime>;
  #undo: (() => void)[] = [];
  #popovers: Popovers | undefined;
  #meta: eventWithTime | undefined;
  #known = '';
  /** Asking for it makes the browser lay the page out: only when it has changed. */
  #size = viewport();
  #relevel: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly sink: CaptureSink,
    settings: PageSettings,
  ) {
    this.#mask = new Mask(settings, (id) => record.mirror.getNode(id), document);
    this.#batch = new Batch((events) => this.#flush(events));
  }

  start(): void {
    const idOf = (node: Node): number => record.mirror.getId(node);
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
    this.#undo = [
      () => stop?.(),
      watchPointer(this.sink.pointer, idOf),
      watchAddress(() => this.#describe()),
      watchSize(() => {
        this.#size = viewport();
        this.#describe();
      }),
      watchResets((event) => this.#emit(event), idOf),
      () => this.#popovers?.stop(),
      removeOwnMarks,
    ];
  }

  checkout(): void {
    record.takeFullSnapshot();
  }

  page(): PageInfo {
    return {
      url: publicUrl(location.href).slice(0, MAX_URL),
      title: this.#mask.title(document.title.slice(0, MAX_TITLE)),
      ...this.#size,
    };
  }

  stop(): void {
    clearTimeout(this.#relevel);
    this.#batch.stop();
    for (const undo of this.#undo.splice(0)) undo();
    record.mirror.reset();
  }

  #emit(raw: eventWithTime): void {
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
