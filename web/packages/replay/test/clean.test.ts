// @vitest-environment jsdom
// reliability.md B1, B2: what a hand-made page sends is looked at again in the viewer.
import { EventType, type eventWithTime, IncrementalSource, NodeType } from '@rrweb/types';
import { describe, expect, it } from 'vitest';
import { MAX_NODES } from '../src/bounds.ts';
import { Cleaner } from '../src/clean.ts';

type Node = Record<string, unknown>;
let last = 0;

function element(tagName: string, attributes: Record<string, unknown> = {}, ...childNodes: Node[]): Node {
  return { id: ++last, type: NodeType.Element, tagName, attributes, childNodes };
}

function snapshot(...nodes: Node[]): eventWithTime {
  const node = { id: ++last, type: NodeType.Document, compatMode: 'BackCompat', childNodes: nodes };
  const data = { node, initialOffset: { left: 0, top: 0 } };
  return { type: EventType.FullSnapshot, timestamp: 0, data } as unknown as eventWithTime;
}

function mutation(data: Record<string, unknown>): eventWithTime {
  const empty = { source: IncrementalSource.Mutation, adds: [], removes: [], texts: [], attributes: [] };
  return { type: EventType.IncrementalSnapshot, timestamp: 0, data: { ...empty, ...data } } as eventWithTime;
}

const PROXY = 'https://server.test/live-assets/s/k';

function cleaner(scrolls: number[][], tagOf: (id: number) => string, count = 0): Cleaner {
  const mirrored = {
    tagOf,
    tagAround: tagOf,
    depthOf: () => 0,
    count: () => count,
    scroll: (...place: number[]) => void scrolls.push(place),
    select: () => undefined,
  };
  const made = new Cleaner(mirrored, () => PROXY);
  const data = { href: 'https://shop.test/basket/', width: 1, height: 1 };
  made.event({ type: EventType.Meta, timestamp: 0, data } as eventWithTime);
  return made;
}

function clean(event: eventWithTime, tagOf: (id: number) => string = () => 'div'): number[][] {
  const scrolls: number[][] = [];
  cleaner(scrolls, tagOf).event(event);
  return scrolls;
}

function through(address: string, hash = ''): string {
  return `${PROXY}?url=${encodeURIComponent(address)}${hash}`;
}

describe('attributes', () => {
  it.each([
    ['img', 'onerror', 'x()'],
    ['img', 'ONERROR', 'x()'],
    ['svg', 'onbegin', 'x()'],
    ['iframe', 'srcdoc', '<script>'],
    ['iframe', 'SrcDoc', '<script>'],
    ['iframe', 'src', 'https://elsewhere.test/'],
    ['a', 'ping', 'https://elsewhere.test/'],
    ['a', 'target', '_top'],
    ['form', 'action', '/send'],
    ['button', 'formaction', '/send'],
    ['input', 'autofocus', ''],
    ['meta', 'http-equiv', 'refresh'],
    ['form', 'name', 'documentElement'],
    ['img', 'name', 'head'],
    ['animate', 'attributeName', 'xlink:href'],
    ['a', 'href', 'javascript:x()'],
    ['a', 'href', ' \u0001java\tscript:x()'],
    ['a', 'href', 'VBScript:x()'],
    ['a', 'xlink:href', 'javascript:x()'],
    ['video', 'poster', 'javascript:x()'],
    ['use', 'href', 'data:image.svg,x'],
    ['a', 'href', 'data:text/html,<script>'],
    ['video', 'src', 'https://elsewhere.test/film'],
    ['div', 'srcset', 'https://elsewhere.test/film'],
    ['div', '__proto__', 'x'],
    ['template', 'shadowrootmode', 'open'],
    ['div', 'rr_src', 'https://elsewhere.test/'],
    ['canvas', 'rr_dataURL', 'https://elsewhere.test/'],
    ['div', 'is', 'x-y'],
    ['form', 'id', 'parentNode'],
  ] as [string, string, string, object?][])('%s %s=%s is taken away', (tag, name, value, more = {}) => {
    const node = element(tag, { [name]: value, title: 'stays', ...more });
    clean(snapshot(node));
    expect(node.attributes).toEqual({ title: 'stays', ...more });
  });

  it.each([
    ['a', 'href', 'https://shop.test/javascript:basket'],
    ['a', 'href', '/page?next=javascript:'],
    ['img', 'src', 'data:image/png;base64,AAAA'],
    ['div', '_ngcontent-abc', ''],
    ['div', 'theme', 'dark'],
    ['x-card', 'variant', 'wide'],
    ['svg', 'viewBox', '0 0 1 1'],
    ['path', 'stroke-width', '2'],
    ['use', 'xlink:href', '#icon'],
    ['rect', 'fill', 'url("#gradient")'],
    ['input', 'name', 'email'],
    ['div', 'style', 'color: red'],
    ['div', 'data-on', 'yes'],
    ['animate', 'attributeName', 'opacity'],
  ])('%s %s=%s stays', (tag, name, value) => {
    const node = element(tag, { [name]: value });
    clean(snapshot(node));
    expect(node.attributes).toEqual({ [name]: value });
  });

  it.each([
    ['img', 'src', 'a.png', through('https://shop.test/basket/a.png')],
    [
      'img',
      'srcset',
      'a.png 1x, /b.png 2x',
      `${through('https://shop.test/basket/a.png')} 1x, ${through('https://shop.test/b.png')} 2x`,
    ],
    ['source', 'srcset', '//cdn.test/a 100w', `${through('https://cdn.test/a')} 100w`],
    ['use', 'href', 'https://x.test/icons.svg#star', through('https://x.test/icons.svg', '#star')],
    ['video', 'poster', 'https://x.test/p', through('https://x.test/p')],
    ['td', 'background', 'https://x.test/p', through('https://x.test/p')],
    ['rect', 'fill', 'u\\72l(https://x.test/p)', `url("${through('https://x.test/p')}")`],
    ['div', 'style', 'background:url(/p)', `background:url("${through('https://shop.test/p')}")`],
    ['style', '_cssText', '@import "/p"', `@import "${through('https://shop.test/p')}"`],
  ])('%s %s=%s is fetched through the proxy', (tag, name, value, expected) => {
    const node = element(tag, { [name]: value });
    clean(snapshot(node));
    expect(node.attributes).toEqual({ [name]: expected });
  });

  it.each(['prefetch', 'stylesheet import', 'modulepreload', 'icon', 'dns-prefetch'])(
    'a link of the kind %s leads nowhere',
    (rel) => {
      const node = element('link', { rel, href: '/x' });
      clean(snapshot(node));
      expect(node.attributes).toEqual({});
    },
  );

  it('a link to a style sheet stays', () => {
    const node = element('link', { rel: 'Stylesheet', href: '/site.css' });
    clean(snapshot(node));
    expect(node.attributes).toHaveProperty('href');
  });

  it('are looked at in mutations as well', () => {
    const change = { id: 7, attributes: { onclick: 'x()', src: 'https://x.test/', class: 'a' } };
    clean(mutation({ attributes: [change] }), () => 'iframe');
    expect(change.attributes).toEqual({ class: 'a' });
  });
});

describe('elements', () => {
  it.each(['script', 'SCRIPT', 'svg:script', 'object', 'embed', 'base', 'applet', 'fencedframe', 'param'])(
    '%s becomes an empty box',
    (tag) => {
      const inner = element('b');
      const node = element(tag, { src: '/x' }, inner);
      clean(mutation({ adds: [{ parentId: 1, nextId: null, node }] }));
      expect(node).toMatchObject({ tagName: 'opencobrowse-removed', attributes: {}, childNodes: [] });
    },
  );

  it('an unknown one becomes a box around what is in it', () => {
    const inner = element('b');
    const node = element('frobnicate', { class: 'a' }, inner);
    clean(snapshot(node));
    expect(node).toMatchObject({ tagName: 'opencobrowse-unknown', childNodes: [inner] });
  });

  it.each([-1, 0, 1.5, 2 ** 40, '7', null, undefined, Number.NaN])('one with the id %s is left out', (id) => {
    const node = element('p', {}, { id, type: NodeType.Text, textContent: 'x' }, element('b'));
    clean(snapshot(node));
    expect(node.childNodes).toHaveLength(1);
  });

  it('two with one id are one', () => {
    const twin = { ...element('b') };
    const node = element('p', {}, twin, { ...twin });
    clean(snapshot(node));
    expect(node.childNodes).toHaveLength(1);
  });

  it('there are no more than the mirror can show', () => {
    const many = Array.from({ length: 300_000 }, () => ({
      id: ++last,
      type: NodeType.Text,
      textContent: 'x',
    }));
    const node = { ...element('p'), childNodes: many };
    clean(snapshot(node));
    expect((node.childNodes as unknown[]).length).toBeLessThan(MAX_NODES);
    const adds = Array.from({ length: 20 }, () => ({ parentId: 1, nextId: null, node: element('i') }));
    const event = mutation({ adds });
    cleaner([], () => 'div', MAX_NODES - 5).event(event);
    expect((event.data as { adds: unknown[] }).adds).toHaveLength(5);
  });

  it('none is so long that it could not be laid out', () => {
    const text = { id: ++last, type: NodeType.Text, textContent: 'x'.repeat(50_000_000) };
    clean(snapshot(element('p', {}, text)));
    expect(text.textContent.length).toBeLessThanOrEqual(1_000_000);
  });

  it('a tree 100,000 deep is cleaned without recursion', () => {
    let node = element('img', { onerror: 'x()' });
    const deepest = node;
    for (let depth = 0; depth < 100_000; depth++) node = element('div', {}, node);
    clean(snapshot(node));
    let depth = 0;
    for (let at: Node | undefined = node; at && at !== deepest; depth++) [at] = at.childNodes as Node[];
    expect(depth).toBeLessThan(1_100);
  });

  it('only the mirror itself may be in quirks mode: a frame is never written to', () => {
    const inner = { id: ++last, type: NodeType.Document, compatMode: 'BackCompat', childNodes: [] };
    const frame = element('iframe', {}, inner);
    const event = snapshot(frame);
    clean(event);
    expect(frame.childNodes).toEqual([]);
    expect((event as { data: { node: Node } }).data.node).toHaveProperty('compatMode', 'BackCompat');
    const added = { ...inner, compatMode: 'BackCompat' };
    clean(mutation({ adds: [{ parentId: 1, nextId: null, node: added }] }), () => 'iframe');
    expect(added).not.toHaveProperty('compatMode');
  });

  it('a document goes into a frame, and nowhere else', () => {
    const node = { id: ++last, type: NodeType.Document, childNodes: [] };
    const event = mutation({ adds: [{ parentId: 1, nextId: null, node }] });
    clean(event, () => 'div');
    expect((event.data as { adds: unknown[] }).adds).toEqual([]);
  });
});

it('where boxes were scrolled to is reported', () => {
  const box = element('div', { rr_scrollTop: 900, rr_scrollLeft: 3 });
  expect(clean(snapshot(box))).toEqual([[box.id, 3, 900]]);
});
