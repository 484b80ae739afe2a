import { Replayer } from '@rrweb/replay';
import { EventType, type eventWithTime, IncrementalSource, NodeType } from '@rrweb/types';
import { showChosen } from './chosen.ts';
import { Cleaner } from './clean.ts';
import { guard } from './guard.ts';
import { Hover } from './hover.ts';
import { applyMedia, playOn } from './media.ts';
import { Scrolls } from './scrolls.ts';
import { showPopover } from './toplayer.ts';
import { View } from './view.ts';

/** The sandbox of the mirror, exactly: no scripts, no forms, no pop-ups (reliability.md B1). */
export const SANDBOX = 'allow-same-origin';

/** How long the picture before stays while this one's style sheets come. */
const SHEETS_MS = 400;

/** rrweb reads the first event's time wherever there is a video, and its list must not grow. */
const ORIGIN = {
  type: EventType.Custom,
  timestamp: 0,
  data: { tag: 'origin', payload: {} },
} as eventWithTime;

/** All that rrweb ever writes into a document: what puts it into quirks mode. */
const DOCTYPES = new Set([
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "">',
  '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN" "">',
]);

/** Pointers come as frames of their own; a canvas comes as a picture; focus stays in the console. */
const IGNORED: ReadonlySet<number> = new Set([
  IncrementalSource.MouseMove,
  IncrementalSource.MouseInteraction,
  IncrementalSource.TouchMove,
  IncrementalSource.Drag,
  IncrementalSource.CanvasMutation,
  IncrementalSource.Log,
]);

interface Castable {
  getCastFn(event: eventWithTime, isSync: boolean): () => void;
}

/** rrweb's mirror, as far as it does not say how much is in it. */
interface Counted {
  idNodeMap: Map<number, Node>;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string | null }): unknown;
}

export interface PictureEvents {
  size(width: number, height: number): void;
  /** rrweb could not find a node that an event names. */
  missing(): void;
  /** The frame is no longer what it was built as: whatever is in it must go. */
  unsafe(): void;
  giveFocusBack(): void;
  /** The address of the session's asset proxy; undefined where there is none. */
  assets(): string | undefined;
}

/** One full snapshot and what changed since, in a frame of its own. */
export class Picture {
  readonly iframe: HTMLIFrameElement;
  readonly #replayer: Replayer;
  readonly #box: HTMLElement;
  readonly #hover = new Hover();
  readonly #scrolls = new Scrolls((id) => this.#scrollable(id));
  readonly #cleaner: Cleaner;
  readonly #watch: MutationObserver;
  readonly #events: PictureEvents;
  #layoutFrame = 0;
  /** Of the event that is being applied: what each `select` holds, to be shown when its options are there. */
  #selects: [number, string][] = [];

  constructor(root: HTMLElement, events: PictureEvents) {
    this.#events = events;
    this.#cleaner = this.#makeCleaner();
    this.#box = document.createElement('div');
    this.#box.className = 'picture is-coming';
    root.append(this.#box);
    this.#replayer = build(this.#box, events);
    this.iframe = this.#replayer.iframe;
    this.#watch = this.#secure();
  }

  /** Throws what rrweb throws; the picture is then as far as it came. */
  apply(event: eventWithTime): void {
    this.#check();
    this.#selects = [];
    if (!this.#cleaner.event(event)) return;
    if (event.type === EventType.FullSnapshot) this.#rebuild(event);
    else if (event.type === EventType.IncrementalSnapshot) this.#change(event);
    else this.#cast(event);
  }

  /** Resolves when the style sheets are in, or soon after; `undefined` where there is nothing to wait for. */
  ready(): Promise<unknown> | undefined {
    const links = this.iframe.contentDocument?.querySelectorAll<HTMLLinkElement>('link[rel~="stylesheet"]');
    const coming = [...(links ?? [])].filter((link) => link.sheet === null && link.hasAttribute('href'));
    if (coming.length === 0) return undefined;
    const loaded = coming.map(
      (link) =>
        new Promise((done) => {
          link.addEventListener('load', done);
          link.addEventListener('error', done);
        }),
    );
    return Promise.race([Promise.all(loaded), new Promise((done) => setTimeout(done, SHEETS_MS))]);
  }

  show(): void {
    this.#box.classList.remove('is-coming');
    this.#scrolls.again();
  }

  /** Show what the customer's pointer is over; 0 is nothing. */
  hover(id: number): void {
    this.#hover.over(this.element(id));
  }

  /** The mirrored element of an id. */
  element(id: number): Element | undefined {
    const node = id > 0 ? this.#replayer.getMirror().getNode(id) : null;
    return node?.nodeType === Node.ELEMENT_NODE ? (node as Element) : undefined;
  }

  /** The id of what is at a place of the customer's viewport; 0 where there is nothing. */
  at(x: number, y: number): number {
    return this.view()?.at(x, y) ?? 0;
  }

  /** The picture as something that can be asked about. */
  view(): View | undefined {
    const doc = this.iframe.contentDocument;
    return doc ? new View(doc, this.#replayer.getMirror(), this.#scrolls) : undefined;
  }

  destroy(): void {
    this.#watch.disconnect();
    cancelAnimationFrame(this.#layoutFrame);
    this.#replayer.destroy();
    this.#box.remove();
  }

  #rebuild(event: eventWithTime & { type: typeof EventType.FullSnapshot }): void {
    const { node, initialOffset } = event.data;
    this.#cast(event);
    const doc = this.iframe.contentDocument as Document;
    const html = doc.documentElement;
    html?.classList.remove('rrweb-paused');
    if (html?.getAttribute('class') === '') html.removeAttribute('class');
    guard(doc, this.#events.giveFocusBack);
    doc.addEventListener('load', this.#layoutChanged, true);
    doc.fonts.addEventListener('loadingdone', this.#layoutChanged);
    playOn(doc, (element) => this.#attributesOf(element));
    this.#scrolls.set(node.id, initialOffset.left, initialOffset.top);
    this.#scrolls.settle();
  }

  #change(event: eventWithTime & { type: typeof EventType.IncrementalSnapshot }): void {
    const { data } = event;
    if (IGNORED.has(data.source)) return;
    if (data.source === IncrementalSource.Scroll) this.#scrolls.set(data.id, data.x, data.y);
    else if (data.source === IncrementalSource.MediaInteraction) applyMedia(this.element(data.id), data);
    else this.#cast(event);
    this.#scrolls.settle();
  }

  #cast(event: eventWithTime): void {
    (this.#replayer as unknown as Castable).getCastFn(event, false)();
    for (const [id, value] of this.#selects) showChosen(this.element(id), value);
    if (event.type !== EventType.IncrementalSnapshot) return;
    const { data } = event;
    if (data.source === IncrementalSource.Input) showChosen(this.element(data.id), data.text);
    if (data.source !== IncrementalSource.Mutation) return;
    for (const { id, attributes } of data.attributes) showPopover(this.element(id), attributes);
  }

  #check(): void {
    if (this.iframe.getAttribute('sandbox') !== SANDBOX) {
      this.#events.unsafe();
      throw new Error('the mirror lost its sandbox');
    }
  }

  /** Watch the frame from the first moment: its sandbox and its document are never to change. */
  #secure(): MutationObserver {
    const { iframe } = this;
    iframe.title = "The customer's page";
    iframe.tabIndex = -1;
    this.#check();
    allowDoctypes(iframe.contentWindow);
    const inspect = (): void => {
      const ours = iframe.getAttribute('sandbox') === SANDBOX && iframe.contentDocument !== null;
      if (!ours || iframe.hasAttribute('src') || iframe.hasAttribute('srcdoc')) this.#events.unsafe();
    };
    iframe.addEventListener('load', inspect);
    const watch = new MutationObserver(inspect);
    watch.observe(iframe, { attributes: true, attributeFilter: ['sandbox', 'src', 'srcdoc', 'allow'] });
    return watch;
  }

  #layoutChanged = (): void => {
    this.#layoutFrame ||= requestAnimationFrame(() => {
      this.#layoutFrame = 0;
      this.#scrolls.again();
    });
  };

  #makeCleaner(): Cleaner {
    const node = (id: number): Node | null => this.#replayer.getMirror().getNode(id);
    const mirrored = {
      tagOf: (id: number) => this.element(id)?.localName.toLowerCase() ?? '',
      tagAround: (id: number) => node(id)?.parentElement?.localName.toLowerCase() ?? '',
      depthOf: (id: number) => depthOf(node(id)),
      count: () => (this.#replayer.getMirror() as unknown as Counted).idNodeMap.size,
      scroll: (id: number, x: number, y: number) => this.#scrolls.set(id, x, y),
      select: (id: number, value: string) => void this.#selects.push([id, value]),
    };
    return new Cleaner(mirrored, this.#events.assets);
  }

  #scrollable(id: number): Element | Window | undefined {
    const node = this.#replayer.getMirror().getNode(id);
    return node?.nodeType === Node.DOCUMENT_NODE
      ? ((node as Document).defaultView ?? undefined)
      : this.element(id);
  }

  #attributesOf(element: Element): Record<string, unknown> {
    const meta = this.#replayer.getMirror().getMeta(element);
    return meta?.type === NodeType.Element ? meta.attributes : {};
  }
}

/** How many nodes are around `node`, through shadow roots. */
function depthOf(node: Node | null): number {
  let depth = 0;
  for (let at = node; at; at = at.parentNode ?? (at as Partial<ShadowRoot>).host ?? null) depth++;
  return depth;
}

function build(root: HTMLElement, events: PictureEvents): Replayer {
  const replayer = new Replayer([ORIGIN], {
    root,
    liveMode: true,
    useVirtualDom: false,
    UNSAFE_replayCanvas: false,
    triggerFocus: false,
    pauseAnimation: false,
    mouseTail: false,
    showWarning: true,
    logger: { log: () => undefined, warn: () => events.missing() },
  });
  replayer.on('resize', (size) => {
    const { width, height } = size as { width: number; height: number };
    events.size(width, height);
  });
  replayer.wrapper.querySelector('.replayer-mouse')?.remove();
  return replayer;
}

/** Under Trusted Types the frame may be written exactly these two texts, and nothing else. */
function allowDoctypes(frame: Window | null): void {
  const types = (frame as unknown as { trustedTypes?: TrustedTypes } | null)?.trustedTypes;
  types?.createPolicy('default', { createHTML: (text) => (DOCTYPES.has(text) ? text : null) });
}
