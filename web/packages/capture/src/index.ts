/** The sharer's side of the mirror: rrweb records, `Mask` sees every event, and only then something leaves. */

import { Mask, publicUrl } from '@opencobrowse/mask';
import type { PageInfo, PageSettings, Pointer } from '@opencobrowse/protocol';
import { record } from '@rrweb/record';
import { EventType, type eventWithTime } from '@rrweb/types';
import { Batch } from './batch.ts';
import { watchPointer } from './pointer.ts';

export interface CaptureSink {
  snapshot(events: eventWithTime[]): void;
  events(events: eventWithTime[]): void;
  pointer(pointer: Pointer): void;
  page(info: PageInfo): void;
}

export interface Capture {
  /** Take a fresh full snapshot now. */
  checkout(): void;
  stop(): void;
}

/** Marks what belongs to us and is never recorded. */
export const OWN_SELECTOR = '[data-opencobrowse-ui]';

export function pageInfo(): PageInfo {
  return { url: publicUrl(location.href), title: document.title, width: innerWidth, height: innerHeight };
}

/** Begin to record the page. The first snapshot is taken before this returns. */
export function startCapture(sink: CaptureSink, settings: PageSettings): Capture {
  const nodeOf = (id: number): Node | null => record.mirror.getNode(id);
  const mask = new Mask(settings, nodeOf, document);
  const batch = new Batch<eventWithTime>((events) => {
    sink.events(events);
    describe();
  });
  let meta: eventWithTime | undefined;
  let known = '';

  const describe = (): void => {
    const info = pageInfo();
    const text = JSON.stringify(info);
    if (text === known) return;
    known = text;
    sink.page(info);
  };

  const emit = (raw: eventWithTime): void => {
    const event = mask.event(raw);
    if (event === undefined) return;
    if (event.type === EventType.Meta) meta = event;
    else if (event.type === EventType.FullSnapshot) {
      batch.flush();
      sink.snapshot(meta ? [meta, event] : [event]);
      describe();
    } else if (event.type === EventType.IncrementalSnapshot) batch.add(event);
  };

  const stopRecording = record({
    emit,
    maskAllInputs: true,
    maskInputFn: (text) => text, // rrweb's own mask keeps a value's length: ours, after it, does not
    blockSelector: OWN_SELECTOR,
    inlineStylesheet: true,
    slimDOMOptions: 'all',
    recordCanvas: false,
    sampling: { mousemove: false, mouseInteraction: false, scroll: 50, media: 500, input: 'last' },
  });
  const stopPointer = watchPointer(sink.pointer, (target) => record.mirror.getId(target));
  return {
    checkout: () => record.takeFullSnapshot(),
    stop: () => {
      stopPointer();
      stopRecording?.();
    },
  };
}
