// @vitest-environment jsdom
import { EventType, type eventWithTime, IncrementalSource } from '@rrweb/types';
import { afterEach, describe, expect, it } from 'vitest';
import { MASKED, Mask, publicUrl } from '../src/index.ts';
import { $, Recorded, type } from './recorded.ts';

let page: Recorded;
afterEach(() => page?.stop());

const FIELDS = `
<form>
${['text', 'email', 'tel', 'number', 'search', 'url', 'date', 'time', 'color', 'range', 'hidden', 'password']
  .map((kind) => `<input id="${kind}" type="${kind}">`)
  .join('')}
<input id="set" value="canary-attribute">
<textarea id="area">canary-area</textarea>
<select id="pick"><option value="canary-a">A</option><option value="canary-b" selected>B</option></select>
<input id="tick" type="checkbox" value="canary-tick" checked>
<input id="one" type="radio" name="r" value="canary-one" checked><input id="two" type="radio" name="r" value="canary-two">
<div id="rich" contenteditable="true"><p>canary-<b>rich</b></p></div>
<div id="aria" role="textbox">canary-aria</div>
<button role="combobox">canary-combo</button>
<div role="checkbox" aria-checked="true" id="switch">Newsletter</div>
<my-field value="canary-custom"></my-field>
</form><p id="text">Page text</p>`;

describe('what is typed or chosen is masked unless allowed (B3, I14)', () => {
  it('in the first snapshot', async () => {
    page = new Recorded(FIELDS);
    expect(page.text).toContain('Page text');
    expect(page.text).not.toContain('canary');
    expect(page.text).not.toMatch(/"(?:checked|selected|aria-checked)"/);
  });

  it('while it is typed, whatever the type', async () => {
    page = new Recorded(FIELDS);
    for (const kind of ['text', 'email', 'tel', 'search', 'url', 'password', 'hidden']) {
      type(`#${kind}`, `canary-${kind}`);
    }
    $('#number').value = '48151623';
    $('#number').dispatchEvent(new Event('input', { bubbles: true }));
    await page.since();
    expect(page.text).not.toContain('canary');
    page.again();
    expect(page.text).not.toContain('canary');
    expect(page.text).not.toContain('48151623');
  });

  it('when frameworks set values, attributes and children', async () => {
    page = new Recorded(FIELDS);
    $('#text').value = 'canary-set';
    $('#text').setAttribute('value', 'canary-mirrored');
    $('#area').append('canary-more');
    $('#pick').value = 'canary-a';
    $('#tick').checked = false;
    $('#two').click();
    $('#tick').setAttribute('checked', 'canary');
    $('#switch').setAttribute('aria-checked', 'canary');
    document.body.insertAdjacentHTML('beforeend', '<input value="canary-new"><textarea>canary-x</textarea>');
    const events = await page.since();
    expect(events.length).toBeGreaterThan(0);
    expect(JSON.stringify(events)).not.toContain('canary');
  });

  it('and gives neither length nor rhythm away', async () => {
    page = new Recorded(FIELDS);
    await page.since();
    type('#text', 'x'.repeat(40));
    const typed = await page.since();
    expect(typed).toHaveLength(1);
    expect(JSON.stringify(typed)).toContain(`"text":"${MASKED}"`);
    $('#text').value = '';
    expect(await page.since()).toHaveLength(1);
  });

  it('in editors, whose content leaves as one text', async () => {
    page = new Recorded(FIELDS);
    await page.since();
    const rich = $<HTMLElement>('#rich');
    for (const letter of 'canary') {
      (rich.querySelector('p') as HTMLElement).append(letter);
      rich.insertAdjacentHTML('beforeend', '<p class="canary">line</p>');
      (rich.lastElementChild as HTMLElement).textContent = 'canary-line';
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    expect(await page.since()).toEqual([]);
    rich.replaceChildren();
    const emptied = JSON.stringify(await page.since());
    expect(emptied).toContain('"value":""');
    rich.append('canary-again');
    expect(JSON.stringify(await page.since())).toContain(MASKED);
    expect(page.text).not.toContain('canary');
  });

  it('in an editor that is added, that moves, and that stops being one', async () => {
    page = new Recorded('<div id="a"></div><div id="b"></div>');
    $('#a').innerHTML = '<div id="late" contenteditable><p>canary-late</p></div>';
    expect(JSON.stringify(await page.since())).toContain(MASKED);
    $('#b').append($('#late'));
    expect(JSON.stringify(await page.since())).not.toContain('canary');
    $('#late').removeAttribute('contenteditable');
    await page.since();
    page.again();
    expect(page.text).not.toContain('canary');
  });

  it('where a framework copies it to another element', async () => {
    page = new Recorded('<div id="grow" data-replicated=""><textarea id="t"></textarea></div>');
    type('#t', 'canary-typed');
    $('#grow').setAttribute('data-replicated', 'canary-typed');
    $('#grow').setAttribute('aria-label', 'You wrote canary-typed');
    await page.since();
    page.again();
    expect(page.text).not.toContain('canary');
  });
});

describe('some fields nobody can show', () => {
  const rules = { showSelectors: ['*'] };

  it.each([
    '<input type="password" value="canary">',
    '<input type="hidden" value="canary">',
    '<input autocomplete="cc-number" value="canary">',
    '<input autocomplete="section-a billing cc-csc" value="canary">',
    '<input autocomplete="one-time-code" value="canary">',
    '<input name="card_number" value="canary">',
    '<input id="cardCvc" value="canary">',
    '<input name="cvc" value="canary">',
    '<input aria-label="Security code" value="canary">',
    '<input placeholder="Card number" value="canary">',
    '<select name="cc-exp-month"><option value="canary" selected></option></select>',
    '<textarea name="passphrase">canary</textarea>',
    '<input value="4111 1111 1111 1111" name="canary-name">',
  ])('%s', (html) => {
    page = new Recorded(html, rules);
    const values = page.text.replace('canary-name', '');
    expect(values).not.toContain('canary');
    expect(values).not.toContain('4111');
    expect(values).not.toContain('"selected"');
  });

  it('once a password, always a password (field.md complaint 9)', async () => {
    page = new Recorded('<input id="p" type="password">', rules);
    $('#p').type = 'text';
    type('#p', 'canary');
    await page.since();
    page.again();
    expect(page.text).not.toContain('canary');
  });

  it('a card number in a field that is shown', async () => {
    page = new Recorded('<input id="s">', rules);
    $('#s').value = '4111-1111-1111-1111';
    await page.since();
    expect(page.text).not.toContain('4111');
  });
});

describe('what the site allows and forbids', () => {
  it('shows fields by selector and by mark, as they are', async () => {
    page = new Recorded('<input id="a" class="ok"><p data-opencobrowse="show"><input id="b"></p>', {
      showSelectors: ['.ok', '!!not a selector'],
    });
    type('#a', 'seen-a');
    type('#b', 'seen-b');
    await page.since();
    expect(page.text).toContain('seen-b');
    page.again();
    expect(page.text).toContain('seen-a');
  });

  it('masks by selector and by mark, texts and pictures too; a mask wins over a show', () => {
    page = new Recorded(
      `<div class="no">canary-1<img src="canary.png" alt="canary-alt"><p data-opencobrowse="show">canary-2</p></div>
       <div data-opencobrowse="mask"><input data-opencobrowse="show" value="canary-3">canary-4</div>`,
      { maskSelectors: ['.no'] },
    );
    expect(page.text).not.toContain('canary');
  });

  it('notices when a class changes what may be seen, and asks for a fresh snapshot', async () => {
    page = new Recorded('<div id="d"><p>balance 100</p></div>', { maskSelectors: ['.secret'] });
    await page.since();
    expect(page.mask.recheck()).toBe(false);
    $('#d').className = 'other';
    await page.since();
    expect(page.mask.recheck()).toBe(false);
    $('#d').className = 'secret';
    await page.since();
    expect(page.mask.recheck()).toBe(true);
    await page.since();
    page.again();
    expect(JSON.stringify(await page.since())).not.toContain('balance');
    expect(page.mask.recheck()).toBe(false);
  });

  it('notices it where the selector names a descendant', async () => {
    page = new Recorded('<div id="d"><p>balance 100</p></div>', { maskSelectors: ['.secret p'] });
    $('#d').className = 'secret';
    await page.since();
    expect(page.mask.recheck()).toBe(true);
  });

  it('judges nodes where they are after a move', async () => {
    page = new Recorded('<div class="no"><p id="p">canary</p></div><div id="yes"></div>', {
      maskSelectors: ['.no'],
    });
    expect(page.text).not.toContain('canary');
    $('#yes').append($('#p'));
    expect(JSON.stringify(await page.since())).toContain('canary');
    $('.no').append($('#p'));
    expect(JSON.stringify(await page.since())).not.toContain('canary');
  });

  it('looks through shadow roots', () => {
    document.body.innerHTML = '';
    const rules = { maskSelectors: ['.no'] };
    page = new Recorded('<div class="no"><section id="host"></section></div>', rules);
    $('#host').attachShadow({ mode: 'open' }).innerHTML = '<p>canary</p><input value="canary">';
    page.again();
    expect(page.text).not.toContain('canary');
  });
});

describe('privacy: private', () => {
  const rules = { privacy: 'private' as const };

  it('masks texts, what is read out, words in styles and the title', async () => {
    page = new Recorded(
      `<title>canary-title</title><p title="canary" aria-label="canary">canary</p><img alt="canary">
       <input placeholder="canary"><input type="submit" value="canary"><style>p::after{content:"canary"}</style>
       <svg><text>canary</text></svg><option label="canary">canary</option><p data-opencobrowse="show">seen</p>`,
      rules,
    );
    $('p').textContent = 'canary-later';
    $('img').setAttribute('alt', 'canary-later');
    await page.since();
    page.again();
    expect(page.text).not.toContain('canary');
    expect(page.text).toContain('seen');
    expect(page.mask.title('canary')).toBe(MASKED);
  });
});

describe('what never leaves', () => {
  it('handlers, srcdoc, meta contents, scripts, comments', () => {
    document.head.innerHTML = '<meta name="user" content="canary"><meta name="viewport" content="width=1">';
    page = new Recorded(
      '<p onclick="canary()">x</p><iframe srcdoc="canary"></iframe><script type="x">canary</script><!--canary-->',
    );
    expect(page.text).not.toContain('canary');
    expect(page.text).toContain('width=1');
  });

  it('our own elements, and nothing is placed by them', async () => {
    page = new Recorded('<div data-opencobrowse-ui="">own</div><p id="p">page</p>');
    expect(page.text).not.toContain('opencobrowse-ui');
    await page.since();
    const own = document.createElement('div');
    own.setAttribute('data-opencobrowse-ui', '');
    document.body.append(own);
    expect(await page.since()).toEqual([]);
    own.before('text before ours');
    const [added] = await page.since();
    expect(JSON.stringify(added)).toContain('"nextId":null');
    own.remove();
    expect(await page.since()).toEqual([]);
  });

  it('queries and fragments of addresses', () => {
    expect(publicUrl('https://shop.example/cart?canary#canary')).toBe('https://shop.example/cart');
    expect(publicUrl('about:blank')).toBe('');
    expect(publicUrl('data:text/html,canary')).toBe('');
  });

  it.each([
    { type: EventType.Custom, data: { tag: 'canary', payload: 'canary' } },
    { type: EventType.Plugin, data: { plugin: 'canary', payload: 'canary' } },
    { type: 99, data: { canary: 'canary' } },
    ...[
      IncrementalSource.MouseMove,
      IncrementalSource.CanvasMutation,
      IncrementalSource.Font,
      IncrementalSource.Log,
      IncrementalSource.Drag,
      IncrementalSource.Selection,
      77,
    ].map((source) => ({ type: EventType.IncrementalSnapshot, data: { source, id: 1 } })),
  ])('events of a kind that is not known to be safe: %j', (event) => {
    const rules = { privacy: 'inputs' as const, maskSelectors: [], showSelectors: [] };
    const mask = new Mask(rules, () => null, document);
    expect(mask.event({ ...event, timestamp: 0 } as unknown as eventWithTime)).toBeUndefined();
  });

  it('values and texts of nodes that nobody knows', () => {
    const rules = { privacy: 'inputs' as const, maskSelectors: [], showSelectors: ['*'] };
    const mask = new Mask(rules, () => null, document);
    const data = {
      source: IncrementalSource.Mutation,
      adds: [],
      removes: [],
      texts: [{ id: 7, value: 'canary' }],
      attributes: [{ id: 8, attributes: { title: 'canary', value: 'canary' } }],
    };
    const event = { type: EventType.IncrementalSnapshot, data, timestamp: 0 } as unknown as eventWithTime;
    expect(JSON.stringify(mask.event(event))).not.toContain('canary');
  });
});
