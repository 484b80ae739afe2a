// @vitest-environment jsdom
import { MASKED } from '@opencobrowse/mask';
import { beforeEach, describe, expect, it } from 'vitest';
import { boxOf, factsOf, fieldOf, scrollerOf } from '../src/geometry.ts';

beforeEach(() => {
  document.body.innerHTML = '';
});

function add(html: string): Element {
  document.body.innerHTML = html;
  return document.body.firstElementChild as Element;
}

function boxed(element: Element, x: number, y: number, width: number, height: number): void {
  element.getBoundingClientRect = () => new DOMRect(x, y, width, height);
}

describe('an element as an agent meets it', () => {
  it.each([
    ['<input>', 'text'],
    ['<input type="search">', 'text'],
    ['<textarea></textarea>', 'lines'],
    ['<div contenteditable="true"></div>', 'lines'],
    ['<select></select>', 'choice'],
    ['<input type="checkbox">', 'check'],
    ['<input type="submit">', 'other'],
    ['<button>Go</button>', 'other'],
  ])('%s is %s', (html, kind) => expect(factsOf(add(html), 1).kind).toBe(kind));

  // B8: what the page refuses is known before it is tried
  it.each([
    '<input type="password">',
    '<input autocomplete="cc-number">',
    '<input autocomplete="one-time-code">',
    '<input type="file">',
  ])('%s is the customer’s alone', (html) => expect(factsOf(add(html), 1).secret).toBe(true));

  it('knows what is hidden, fixed and masked', () => {
    expect(factsOf(add('<p data-opencobrowse="mask">x</p>'), 1).hidden).toBe(true);
    expect(factsOf(add('<input data-opencobrowse="show">'), 1).hidden).toBe(false);
    expect(factsOf(add('<input readonly>'), 1).fixed).toBe(true);
    expect(factsOf(add(`<input value="${MASKED}">`), 1).masked).toBe(true);
  });

  it('counts options as the page does, without our stand-in', () => {
    const select = add('<select><option>A</option><optgroup><option selected>B</option></optgroup></select>');
    select.insertAdjacentHTML('beforeend', '<option data-opencobrowse-masked hidden>•</option>');
    const { choices, multiple } = factsOf(select, 1);
    expect(choices.map(({ index, text, chosen }) => [index, text, chosen])).toEqual([
      [0, 'A', false],
      [1, 'B', true],
    ]);
    expect(multiple).toBe(false);
  });

  it('finds the field of a label, an option, or a word in an editor', () => {
    const label = add('<label><b>Name</b> <input id="name"></label>');
    expect(fieldOf(label.querySelector('b') as Element)).toBe(document.getElementById('name'));
    const select = add('<select><option>A</option></select>');
    expect(fieldOf(select.firstElementChild as Element)).toBe(select);
    const editor = add('<div contenteditable="true"><p>word</p></div>');
    expect(fieldOf(editor.firstElementChild as Element)).toBe(editor);
    const button = add('<button><i>go</i></button>');
    expect(fieldOf(button.firstElementChild as Element)).toBe(button.firstElementChild);
  });
});

describe('where things are', () => {
  it('adds the frames around', () => {
    const frame = add('<iframe></iframe>') as HTMLIFrameElement;
    boxed(frame, 100, 200, 300, 300);
    const inside = frame.contentDocument as Document;
    const button = inside.body.appendChild(inside.createElement('button'));
    boxed(button, 10, 20, 30, 40);
    expect(boxOf(button, document)).toEqual({ x: 110, y: 220, width: 30, height: 40 });
  });

  it('finds what a wheel moves: the box while it can, then the page', () => {
    const box = add('<div style="overflow-y: auto"><p>long</p></div>');
    const sizes = { scrollHeight: 500, clientHeight: 100, scrollWidth: 100, clientWidth: 100 };
    for (const [name, value] of Object.entries(sizes)) Object.defineProperty(box, name, { value });
    Object.defineProperty(document, 'scrollingElement', {
      value: document.documentElement,
      configurable: true,
    });
    const ids = new Map<Node, number>([
      [document, 1],
      [box, 9],
    ]);
    const find = (dy: number) =>
      scrollerOf(box.firstElementChild as Element, document, 0, dy, (node) => ids.get(node) ?? -1);
    expect(find(50)).toEqual({ node: 9, left: 0, top: 0, maxLeft: 0, maxTop: 400 });
    expect(find(-50)?.node).toBe(1); // it is at its top already
  });
});
