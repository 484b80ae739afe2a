// @vitest-environment jsdom
import type { PageSettings } from '@opencobrowse/protocol';
import { describe, expect, it } from 'vitest';
import { isAllowedKey } from '../src/hands/keys.ts';
import { destination, linkRefusal, refusal, submitRefusal } from '../src/hands/rules.ts';

const HERE = 'https://shop.example/cart';

function page(
  html: string,
  more: Partial<PageSettings> = {},
): (selector: string, kind?: 'click' | 'type') => unknown {
  document.body.innerHTML = html;
  const settings: PageSettings = {
    privacy: 'inputs',
    maskSelectors: [],
    showSelectors: [],
    readonlySelectors: [],
    ...more,
  };
  const rules = { settings, isNeverShown: (e: Element) => e.matches('input[type=hidden],[name=cvv]') };
  return (selector, kind = 'click') => refusal(document.querySelector(selector) as Element, kind, rules);
}

describe('where an agent may go', () => {
  it.each([
    ['/next?a=1#b', 'https://shop.example/next?a=1#b'],
    ['https://shop.example/', 'https://shop.example/'],
  ])('%s', (url, to) => expect(destination(url, HERE)).toEqual({ url: to }));

  it.each([
    'javascript:alert(1)',
    ' java\nscript:alert(1)',
    'data:text/html,x',
    'blob:https://shop.example/x',
    'file:///etc/passwd',
    'https://ana:secret@shop.example/',
    'http://',
  ])('not %j', (url) => expect(destination(url, HERE)).toEqual({ reason: 'url' }));

  it.each([
    'https://elsewhere.example/',
    '//elsewhere.example/',
    'http://shop.example/',
    'https://shop.example:444/',
  ])('not %s: another origin', (url) => expect(destination(url, HERE)).toEqual({ reason: 'origin' }));
});

describe('what may be acted on', () => {
  it('rules count for what is inside, too', () => {
    const why = page('<div class="a"><p><b id="b">x</b></p></div>', { readonlySelectors: ['.a'] });
    expect(why('#b')).toBe('readonly');
  });

  it('a rule that cannot be read means everything', () => {
    expect(page('<b id="b">x</b>', { readonlySelectors: ['::nothing('] })('#b')).toBe('readonly');
    expect(page('<b id="b">x</b>', { maskSelectors: ['p', '['] })('#b')).toBe('masked');
  });

  it.each(['mask', 'hide', 'obscure', ''])('data-opencobrowse=%j is masked', (mark) =>
    expect(page(`<p data-opencobrowse="${mark}"><b id="b">x</b></p>`)('#b')).toBe('masked'),
  );

  it('a label is its field', () => {
    const why = page('<label id="l"><b id="b">CVV</b><input name="cvv"></label>');
    expect(why('#b')).toBe('sensitive');
    expect(page('<label><b id="b">City</b><input></label>')('#b')).toBeUndefined();
  });

  it.each([
    ['<a id="x" href="/next">', undefined],
    ['<a id="x" href="javascript:void(0)">', undefined],
    ['<a id="x" href="/f.pdf" download>', 'download'],
    ['<a id="x" href="/next" target="_blank">', 'new.tab'],
    ['<a id="x" href="/next" target="inner">', undefined],
    ['<a id="x" href="mailto:a@b.example">', 'leaves.page'],
    ['<a id="x" href="blob:x">', 'leaves.page'],
    ['<a id="x" href="http://[">', 'leaves.page'],
  ])('%s', (html, reason) => {
    document.body.innerHTML = `<iframe name="inner"></iframe>${html}`;
    expect(linkRefusal(document.querySelector('#x') as Element)).toBe(reason);
  });

  it('a form with a password is not sent off, wherever the password is', () => {
    document.body.innerHTML = '<form id="f"><input name="user"></form><input type="password" form="f">';
    expect(submitRefusal(document.querySelector('form') as HTMLFormElement)).toBe('password.form');
    document.body.innerHTML = '<form id="f"><input name="user"></form>';
    expect(submitRefusal(document.querySelector('form') as HTMLFormElement)).toBeUndefined();
  });

  it.each(['src="https://js.stripe.com/v3"', 'allow="payment"', 'name="adyen-card"', 'title="Payment"'])(
    'a payment frame: %s',
    (attributes) => expect(page(`<iframe id="f" ${attributes}></iframe>`)('#f')).toBe('payment.frame'),
  );
});

describe('which keys', () => {
  const key = (name: string, ...modifiers: ('alt' | 'control' | 'meta' | 'shift')[]): boolean =>
    isAllowedKey({ kind: 'key', key: name, modifiers });

  it.each(['a', 'é', '漢', '😀', ' ', 'Enter', 'Tab', 'ArrowDown', 'PageUp'])('%s', (name) => {
    expect(key(name)).toBe(true);
    expect(key(name, 'shift')).toBe(true);
    expect(key(name, 'alt')).toBe(false);
  });

  it.each(['F1', 'F5', 'F12', 'Meta', 'Control', 'toString', 'constructor', '', 'ab', 'Unidentified'])(
    'not %j',
    (name) => expect(key(name)).toBe(false),
  );

  it.each(['a', 'z', 'b', 'Enter'])('Ctrl and %s', (name) => expect(key(name, 'control')).toBe(true));
  it.each(['t', 'w', 'n', 'p', 'v', 'c', 's', 'l', 'Tab', 'F4', '0', ' '])('not Ctrl and %s', (name) => {
    expect(key(name, 'control')).toBe(false);
    expect(key(name, 'meta')).toBe(false);
  });
});
