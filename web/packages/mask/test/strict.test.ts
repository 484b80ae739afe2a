// @vitest-environment jsdom
import { EventType, type eventWithTime, IncrementalSource, NodeType } from '@rrweb/types';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HIDDEN, MASKED, type MaskRules } from '../src/index.ts';
import { Names } from '../src/names.ts';
import { maskSheet, maskValue } from '../src/styles.ts';
import { $, Recorded, type } from './recorded.ts';

let page: Recorded;
afterEach(() => page?.stop());

const PRIVATE: Partial<MaskRules> = { privacy: 'private' };

/** fidelity.md: what leaks from the library at its strictest. */
const ATTRIBUTES =
  'title alt placeholder aria-label aria-valuetext data-name name id class label value summary href src srcset ' +
  'poster action data cite style itemid part for caption';

describe.each([
  ['a private page', PRIVATE, (html: string) => html],
  ['a mask selector', { maskSelectors: ['.no'] }, (html: string) => `<div class="no">${html}</div>`],
  ['a mark', {}, (html: string) => `<div data-opencobrowse="mask">${html}</div>`],
  ['a misspelt mark', {}, (html: string) => `<div data-opencobrowse="maks">${html}</div>`],
])('%s: no attribute says what it says (I14)', (_, rules, within) => {
  it.each(ATTRIBUTES.split(' '))('%s', async (name) => {
    const value = name === 'style' ? '--a: "canary"; background: url(canary.png)' : 'canary';
    const html = ['p', 'img', 'a', 'svg', 'my-card', 'option', 'form', 'meter']
      .map((tag) => `<${tag} ${name}='${value}'></${tag}>`)
      .join('');
    page = new Recorded(within(`<section id="s"></section>${html}`), rules);
    const late = document.createElement('b');
    $('#s').append(late);
    await page.since();
    late.setAttribute(name, value);
    await page.since();
    page.again();
    expect(page.text).not.toContain('canary');
  });
});

describe('styles of a private page', () => {
  const CSS = `@media (min-width: 1.5em) { .canary.md\\:a > #canary[data-t="canary"]:hover::part(canary) {
    --canary: "canary" canary; color: var(--canary); background: url("canary;{}.png"), url(canary.png);
    content: "canary" "\u2022"; font: 1px "canary"; grid-template-areas: "canary b";
    margin: -0.5px calc(1px - 2em)!important } }
    @keyframes canary { 50.5% { top: 0 } } @import url("canary.css"); @layer canary;
    @container canary (width > 1px) {} @font-face { font-family: canary; src: url(canary.woff) }
    /* canary */ .a { .canary & { top: 0 } }`;

  it('keep their shape and lose their words', () => {
    const masked = maskSheet(CSS, new Names());
    expect(masked).not.toContain('canary');
    const kept = [
      '@media (min-width: 1.5em)',
      ':hover',
      '50.5%',
      '-0.5px calc(1px - 2em)!important',
      '"\u2022"',
    ];
    for (const part of kept) expect(masked).toContain(part);
  });

  it('name everything as its elements do', () => {
    page = new Recorded(
      '<style>.lead[data-t="z"]{--gap:1px}</style><p class="lead" data-t="z" style="top:var(--gap)">x</p>',
      PRIVATE,
    );
    const [, name, asked, gap] = /\.(x\d+)\[data-t=\\"(x\d+)\\"\]\s*\{\s*--(x\d+)/.exec(page.text) ?? [];
    expect(page.text).toContain(`"class":"${name}"`);
    expect(page.text).toContain(`"data-t":"${asked}"`);
    expect(page.text).toContain(`var(--${gap})`);
  });

  it.each([
    {
      source: IncrementalSource.StyleSheetRule,
      id: 1,
      adds: [{ rule: '.canary::after{content:"canary"}', index: 0 }],
    },
    { source: IncrementalSource.StyleSheetRule, styleId: 1, replaceSync: '.canary{}' },
    {
      source: IncrementalSource.StyleDeclaration,
      id: 1,
      index: [0],
      set: { property: '--canary', value: '"canary"' },
    },
    { source: IncrementalSource.StyleDeclaration, id: 1, index: [0], remove: { property: '--canary' } },
    {
      source: IncrementalSource.AdoptedStyleSheet,
      id: 1,
      styleIds: [1],
      styles: [{ styleId: 1, rules: [{ rule: '.canary{top:0}', index: 0 }] }],
    },
  ])('are masked when scripts change them: %j', (data) => {
    page = new Recorded('<p id="p">x</p>', PRIVATE);
    const event = { type: EventType.IncrementalSnapshot, timestamp: 0, data: structuredClone(data) };
    const masked = page.mask.event(event as unknown as eventWithTime);
    expect(masked).toBeDefined();
    expect(JSON.stringify(masked)).not.toContain('canary');
  });

  it('are masked where they are inline', async () => {
    page = new Recorded('<p id="p">x</p>', PRIVATE);
    $('#p').style.setProperty('--canary', 'canary');
    document.body.append(Object.assign(document.createElement('style'), { textContent: '.canary{}' }));
    await page.since();
    page.again();
    expect(page.text).not.toContain('canary');
  });

  it('of an element that is masked, too, and nobody else’s', () => {
    page = new Recorded(
      `<style>.open::after{content:"open"}</style><p class="open">x</p>
       <div class="no"><style>.canary::after{content:"canary"}</style></div>`,
      { maskSelectors: ['.no'] },
    );
    expect(page.text).not.toContain('canary');
    expect(page.text).toMatch(/content: ?\\"open\\"/);
    expect(page.text).toContain('"class":"open"');
  });

  it('take values apart whatever they are', () => {
    const names = new Names();
    expect(maskValue('color', '#fff', names)).toBe('#fff');
    expect(maskValue('clip-path', 'url(#canary)', names)).not.toContain('canary');
    expect(maskValue('content', "'it\\'s canary'", names)).toBe('""');
  });
});

describe('hidden boxes', () => {
  const HTML =
    '<section id="box" title="canary" class="canary"><p>canary</p><input id="in" value="canary"></section>';

  it.each([
    ['by mark', HTML.replace('<section', '<section data-opencobrowse="hide"'), {}],
    ['by selector', HTML, { hideSelectors: ['#box'] }],
    [
      'whatever is shown in them',
      HTML.replace('<p', '<p data-opencobrowse="show"'),
      { hideSelectors: ['#box'], showSelectors: ['*'] },
    ],
    ['in a private page', HTML, { ...PRIVATE, hideSelectors: ['#box'] }],
  ])('%s: nothing but a box', async (_, html, rules) => {
    page = new Recorded(html, rules);
    expect(page.text).toContain(`"textContent":"${HIDDEN}"`);
    await page.since();
    type('#in', 'canary-typed');
    $('#box').append('canary-added');
    $('p').setAttribute('title', 'canary-title');
    $('#box').title = 'canary-changed';
    ($('p').firstChild as Text).data = 'canary-text';
    expect(await page.since()).toEqual([]);
    page.again();
    expect(page.text).not.toContain('canary');
  });

  it('stand for pictures and fields, too', () => {
    page = new Recorded(
      '<img src="canary.png" data-opencobrowse="hide"><input value="canary" data-opencobrowse="hide">',
    );
    expect(page.text).not.toContain('canary');
    expect(page.text).not.toContain('"tagName":"img"');
  });

  it('come and go with a fresh snapshot', async () => {
    page = new Recorded('<div id="d"><p>balance</p></div>', { hideSelectors: ['.box'] });
    $('#d').className = 'box';
    await page.since();
    expect(page.mask.recheck()).toBe(true);
    page.again();
    await page.since();
    page.again();
    expect(JSON.stringify(await page.since())).not.toContain('balance');
    $('#d').className = '';
    await page.since();
    expect(page.mask.recheck()).toBe(true);
  });
});

describe('rules that cannot be read', () => {
  it.each([{ maskSelectors: ['p:not('] }, { hideSelectors: ['##'] }])('mask all: %j', (rules) => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    page = new Recorded('<p title="canary">canary</p>', rules);
    expect(page.text).not.toContain('canary');
    expect(console.warn).toHaveBeenCalled();
  });
});

describe('what is typed and stands elsewhere', () => {
  const places = ['title', 'data-x', 'aria-label', 'href', 'alt', 'style'];

  it.each(places)('in %s, also when the field is empty again', async (name) => {
    page = new Recorded('<input id="i"><p id="p">x</p>');
    type('#i', 'canary');
    await page.since();
    $('#i').value = '';
    await page.since();
    $('#p').setAttribute(name, name === 'style' ? '--a: "canary"' : 'you wrote canary');
    await page.since();
    expect(page.text).not.toContain('canary');
    expect(page.mask.title('canary')).toBe(MASKED);
  });

  it('a secret in a text', async () => {
    page = new Recorded('<input id="i" type="password"><p id="p">x</p>');
    type('#i', 'canary');
    $('#p').textContent = 'Is it canary?';
    await page.since();
    page.again();
    expect(page.text).not.toContain('canary');
  });

  it('says nothing for each key', async () => {
    page = new Recorded('<input id="i"><p id="p">x</p>');
    await page.since();
    for (const letter of 'canary') {
      type('#i', letter);
      $('#p').title = $('#i').value;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const events = await page.since();
    expect(JSON.stringify(events.slice(-1))).toContain(MASKED);
    expect(events.length).toBeLessThan(5);
  });
});

describe('addresses', () => {
  it('of links go without what people typed, of a private page without their path', () => {
    page = new Recorded(
      '<a href="/a?canary#canary">x</a><form action="/b?canary"></form><a href="#part">y</a>',
    );
    expect(page.text).not.toContain('canary');
    expect(page.text).toContain('/a"');
    expect(page.mask.url('https://shop.example/a/b?c')).toBe('https://shop.example/a/b');
    page.stop();
    page = new Recorded('', PRIVATE);
    expect(page.mask.url('https://shop.example/canary/b?c')).toBe('https://shop.example/');
  });
});

it.each([PRIVATE, {}])('no mask is as long as what it masks, whatever it masks: %j', (rules) => {
  const long = 'x'.repeat(40);
  page = new Recorded(`<input value="${long}" placeholder="${long}"><p title="${long}">${long}</p>`, rules);
  expect(page.text).toContain(MASKED);
  expect(page.text).not.toContain(`${MASKED}•`);
});

it('comments that a recorder lets through are emptied', () => {
  page = new Recorded('<p id="p">x</p>');
  const node = { type: NodeType.Comment, id: 9_999, textContent: 'canary' };
  const data = { source: IncrementalSource.Mutation, texts: [], attributes: [], removes: [] };
  const adds = [{ parentId: 1, nextId: null, node }];
  const event = { type: EventType.IncrementalSnapshot, timestamp: 0, data: { ...data, adds } };
  expect(JSON.stringify(page.mask.event(event as unknown as eventWithTime))).not.toContain('canary');
});
