// @vitest-environment jsdom
// reliability.md B1, B2: what a hand-made page sends is looked at again in the viewer.
import { EventType, type eventWithTime, IncrementalSource, NodeType } from '@rrweb/types';
import { describe, expect, it } from 'vitest';
import { cleanEvent } from '../src/clean.ts';

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

function clean(event: eventWithTime, tagOf: (id: number) => string = () => 'div'): number[][] {
  const scrolls: number[][] = [];
  cleanEvent(event, tagOf, (...place) => scrolls.push(place));
  return scrolls;
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
    ['link', 'href', '/x', { rel: 'prefetch' }],
    ['link', 'href', '/x', { rel: 'stylesheet import' }],
    ['link', 'href', '/x', { rel: 'modulepreload' }],
  ] as [string, string, string, object?][])('%s %s=%s is taken away', (tag, name, value, more = {}) => {
    const node = element(tag, { [name]: value, title: 'stays', ...more });
    clean(snapshot(node));
    expect(node.attributes).toEqual({ title: 'stays', ...more });
  });

  it.each([
    ['a', 'href', 'https://shop.test/javascript:basket'],
    ['a', 'href', '/page?next=javascript:'],
    ['img', 'src', 'data:image/png;base64,AAAA'],
    ['img', 'srcset', 'a.png 1x, b.png 2x'],
    ['input', 'name', 'email'],
    ['div', 'style', 'color: red'],
    ['div', 'data-on', 'yes'],
    ['animate', 'attributeName', 'opacity'],
  ])('%s %s=%s stays', (tag, name, value) => {
    const node = element(tag, { [name]: value });
    clean(snapshot(node));
    expect(node.attributes).toEqual({ [name]: value });
  });

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
  it.each(['script', 'SCRIPT', 'svg:script', 'object', 'embed', 'base', 'applet', 'fencedframe'])(
    '%s becomes an empty box',
    (tag) => {
      const inner = element('b');
      const node = element(tag, { src: '/x' }, inner);
      clean(mutation({ adds: [{ parentId: 1, nextId: null, node }] }));
      expect(node).toMatchObject({ tagName: 'opencobrowse-removed', attributes: {}, childNodes: [] });
    },
  );

  it('a tree 100,000 deep is cleaned without recursion', () => {
    let node = element('img', { onerror: 'x()' });
    const deepest = node;
    for (let depth = 0; depth < 100_000; depth++) node = element('div', {}, node);
    clean(snapshot(node));
    expect(deepest.attributes).toEqual({});
  });

  it('only the mirror itself may be in quirks mode: a frame is never written to', () => {
    const inner = { id: ++last, type: NodeType.Document, compatMode: 'BackCompat', childNodes: [] };
    const event = snapshot(element('iframe', {}, inner));
    clean(event);
    expect(inner).not.toHaveProperty('compatMode');
    expect((event as { data: { node: Node } }).data.node).toHaveProperty('compatMode', 'BackCompat');
    const added = { ...inner, compatMode: 'BackCompat' };
    clean(mutation({ adds: [{ parentId: 1, nextId: null, node: added }] }));
    expect(added).not.toHaveProperty('compatMode');
  });
});

it('where boxes were scrolled to is reported', () => {
  const box = element('div', { rr_scrollTop: 900, rr_scrollLeft: 3 });
  expect(clean(snapshot(box))).toEqual([[box.id, 3, 900]]);
});
