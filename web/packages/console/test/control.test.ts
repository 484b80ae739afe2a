import type { Acted, Action, FromPage } from '@opencobrowse/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Doing, type Outcome } from '../src/control/doing.ts';
import { gripOf, mayOf } from '../src/control/grip.ts';
import { closed, deed, forbidden, outcome } from '../src/control/say.ts';
import { addressOf, keyOf, type modifiersOf, pointAt, pressAt, within } from '../src/control/translate.ts';
import { TypingBuffer } from '../src/control/typing.ts';
import { turned, Wheel } from '../src/control/wheel.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const press = (key: string, held: Partial<Parameters<typeof modifiersOf>[0]> = {}) => ({
  key,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...held,
});
const now = (): number => Date.now();

describe('a place', () => {
  const box = { x: 100, y: 50, width: 200, height: 40 };

  it('is told as a part of the element’s box', () => {
    expect(within(box, 150, 60)).toEqual({ x: 0.25, y: 0.25 });
    expect(pointAt('click', 7, box, 300, 90)).toEqual({ kind: 'click', node: 7, x: 1, y: 1 });
  });

  it('is pressed twice as one double click', () => {
    const kinds = [1, 2, 3].map((count) => pressAt(count, 7, box, 150, 60));
    expect(kinds.map(({ kind, values }) => [kind, values?.[0]])).toEqual([
      ['click', undefined],
      ['dblclick', 1],
      ['click', undefined],
    ]);
  });

  it('never leaves the box, and an element without room has a middle', () => {
    expect(within(box, 0, 1000)).toEqual({ x: 0, y: 1 });
    expect(within({ x: 5, y: 5, width: 0, height: 0 }, 9, 9)).toEqual({ x: 0.5, y: 0.5 });
  });
});

describe('a key', () => {
  it.each([
    ['Enter', {}, { kind: 'key', key: 'Enter', node: 3 }],
    ['a', { ctrlKey: true }, { kind: 'key', key: 'a', node: 3, modifiers: ['control'] }],
    ['Tab', { shiftKey: true }, { kind: 'key', key: 'Tab', node: 3, modifiers: ['shift'] }],
    ['ö', {}, { kind: 'key', key: 'ö', node: 3 }],
  ])('%s is the page’s', (key, held, action) => expect(keyOf(press(key, held), 3)).toEqual(action));

  it.each([
    ['Shift', { shiftKey: true }],
    ['Dead', {}],
    ['F5', {}],
    ['t', { ctrlKey: true }],
    ['w', { metaKey: true }],
    ['ArrowLeft', { altKey: true }],
    ['Process', { isComposing: true }],
  ])('%s is not', (key, held) => expect(keyOf(press(key, held), 3)).toBeUndefined());

  it('without a known focus goes where the page’s focus is', () => {
    expect(keyOf(press('ArrowDown'), 0)).toEqual({ kind: 'key', key: 'ArrowDown' });
  });
});

describe('an address', () => {
  const here = 'https://shop.example/products/lamp';

  it.each([
    ['/cart', 'https://shop.example/cart'],
    ['cart.html', 'https://shop.example/products/cart.html'],
    ['shop.example/help', 'https://shop.example/help'],
    ['http://localhost:8090/x', 'http://localhost:8090/x'], // the page refuses it: another origin
    ['?page=2', 'https://shop.example/products/lamp?page=2'],
  ])('%s leads to %s', (typed, url) => expect(addressOf(typed, here)).toBe(url));

  it.each([
    '',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    `https://a.b/${'x'.repeat(2048)}`,
  ])(
    '%s is none', // B8: http and https only
    (typed) => expect(addressOf(typed, here)).toBeUndefined(),
  );
});

describe('typing', () => {
  const typing = (...[initial]: (string | undefined)[]): { sent: Action[]; buffer: TypingBuffer } => {
    const sent: Action[] = [];
    return { sent, buffer: new TypingBuffer(4, initial, (action) => sent.push(action), now) };
  };

  it('sends the whole value after a rest', () => {
    const { sent, buffer } = typing('');
    for (const text of ['t', 'te', 'tea']) {
      buffer.set(text);
      vi.advanceTimersByTime(50);
    }
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([{ kind: 'type', node: 4, text: 'tea' }]);
  });

  it('does not wait for a rest for ever', () => {
    const { sent, buffer } = typing();
    for (let i = 1; i <= 20; i++) {
      buffer.set('x'.repeat(i));
      vi.advanceTimersByTime(100);
    }
    expect(sent.length).toBeGreaterThanOrEqual(4);
  });

  it('sends nothing twice, and nothing that was there before', () => {
    const { sent, buffer } = typing('tea');
    buffer.set('tea');
    buffer.flush();
    buffer.set('teas');
    buffer.flush();
    buffer.flush();
    expect(sent).toEqual([{ kind: 'type', node: 4, text: 'teas' }]);
  });

  it('empties a field, one whose text is masked too', () => {
    const { sent, buffer } = typing(undefined);
    buffer.set('');
    buffer.flush();
    expect(sent).toEqual([{ kind: 'clear', node: 4 }]);
  });

  it('says the same again after the customer came between', () => {
    const { sent, buffer } = typing();
    buffer.set('tea');
    buffer.flush();
    buffer.again();
    buffer.set('tea');
    buffer.flush();
    expect(sent).toHaveLength(2);
  });

  it('sends nothing of what was dropped', () => {
    const { sent, buffer } = typing();
    buffer.set('tea');
    buffer.drop();
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([]);
  });
});

describe('the wheel', () => {
  const page = { node: 1, left: 0, top: 100, maxLeft: 0, maxTop: 1000 };

  it('adds turns up and sends where to, a few times a second', () => {
    const sent: Action[] = [];
    const wheel = new Wheel((action) => sent.push(action), now);
    for (let i = 0; i < 30; i++) {
      wheel.turn(page, 0, 20); // the mirror has not moved yet
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(200);
    expect(sent.at(-1)).toEqual({ kind: 'scroll', node: 1, left: 0, top: 700 });
    expect(sent.length).toBeLessThanOrEqual(7);
  });

  it('stays within what there is, and starts anew where the mirror is after a rest', () => {
    const sent: Action[] = [];
    const wheel = new Wheel((action) => sent.push(action), now);
    wheel.turn(page, 0, 5000);
    vi.advanceTimersByTime(1000);
    wheel.turn({ ...page, top: 40 }, 0, -10);
    vi.advanceTimersByTime(100);
    expect(sent.map(({ top }) => top)).toEqual([1000, 30]);
  });

  it('knows mice that count in lines or pages', () => {
    const by = (deltaY: number, deltaMode: number) => turned({ deltaX: 0, deltaY, deltaMode }, 600)[1];
    expect([by(3, 0), by(3, 1), by(-1, 2)]).toEqual([3, 48, -600]);
  });
});

describe('what is under way', () => {
  const begin = (open = true): { told: FromPage[]; outcomes: Outcome[]; doing: Doing } => {
    const told: FromPage[] = [];
    const outcomes: Outcome[] = [];
    const tell = (message: FromPage): boolean => {
      told.push(message);
      return open;
    };
    return { told, outcomes, doing: new Doing(tell, (done) => outcomes.push(done)) };
  };
  const acted = (id: number, result: Acted['result'], reason?: string): Acted => ({
    type: 'acted',
    id,
    result,
    ...(reason && { reason }),
  });

  it('is answered once, by its number', () => {
    const { told, outcomes, doing } = begin();
    doing.act({ kind: 'click', node: 5 });
    doing.acted(acted(99, 'done'));
    doing.acted(acted(1, 'refused', 'readonly'));
    doing.acted(acted(1, 'done'));
    expect(told).toEqual([{ type: 'act', id: 1, action: { kind: 'click', node: 5 } }]);
    expect(outcomes.map(({ result, reason }) => [result, reason])).toEqual([['refused', 'readonly']]);
  });

  it('is lost when nobody answers, or nobody hears it; a proposal waits for the customer', () => {
    const { outcomes, doing } = begin();
    doing.act({ kind: 'click', node: 5 });
    doing.propose({ kind: 'click', node: 6 });
    vi.advanceTimersByTime(20_000);
    expect(outcomes.map(({ deed: { id }, result }) => [id, result])).toEqual([[1, 'lost']]);
    doing.forget();
    expect(outcomes).toHaveLength(2);
    const silent = begin(false);
    silent.doing.act({ kind: 'click', node: 5 });
    expect(silent.outcomes[0]?.result).toBe('lost');
  });

  it('can be taken back', () => {
    const { told, outcomes, doing } = begin();
    const made = doing.propose({ kind: 'click', node: 6 });
    doing.withdraw(made?.id ?? 0);
    doing.acted(acted(made?.id ?? 0, 'declined', 'withdrawn'));
    expect(told.at(-1)).toEqual({ type: 'withdraw', id: made?.id });
    expect(outcomes.map(({ result }) => result)).toEqual(['withdrawn']);
  });
});

describe('control', () => {
  const state = { type: 'state', sessionId: 's', state: 'active', sharing: true } as const;

  it.each([
    [{ control: 'none' }, 'none'],
    [{ control: 'pending', controller: 2 }, 'asking'],
    [{ control: 'held', controller: 2 }, 'held'],
    [{ control: 'held', controller: 3 }, 'other'],
    [{ control: 'pending', controller: 3 }, 'other'],
    [{ control: 'held' }, 'none'], // its viewer is away
    [{ control: 'held', controller: 2, state: 'paused' }, 'none'], // I8: nothing is done in a pause
  ] as const)('%o is %s', (part, grip) => expect(gripOf({ ...state, ...part }, 2)).toBe(grip));

  it('is offered only where the settings let it', () => {
    expect(mayOf(undefined)).toEqual({ control: false, navigation: false });
    expect(mayOf({ ...state, control: 'none', may: ['control'] })).toEqual({
      control: true,
      navigation: false,
    });
  });

  it('says every end and every refusal in words of its own', () => {
    const ends = [
      'declined',
      'expired',
      'released',
      'revoked',
      'idle',
      'origin',
      'viewer.left',
      'transferred',
    ];
    const said = [...ends, 'not.allowed', 'paused', 'ended'].map((reason) => closed(reason, 'Ada'));
    expect(new Set(said).size).toBe(said.length);
    expect(said[0]).toContain('Ada');
    expect(closed('something.new', 'Ada')).toBe('Control is over.');
    const refused = (reason: string): string => outcome({ result: 'refused', reason });
    expect(refused('password')).toMatch(/password/);
    expect(refused('readonly')).toMatch(/read-only/);
    expect(refused('something.new')).toBe('The customer’s page did not take it');
    expect(outcome({ result: 'declined', reason: 'expired' })).toBe('The customer did not answer');
    expect(outcome({ result: 'stale', reason: '' })).toMatch(/changed/);
  });

  it('says before the try what is the customer’s alone', () => {
    const facts = {
      node: 1, kind: 'text', secret: false, hidden: false, fixed: false, masked: true, value: '', multiple: false,
      choices: [{ index: 0, text: 'Small', chosen: true, disabled: false }],
    } as const; // biome-ignore format: one line
    const field = { ...facts, choices: [...facts.choices] };
    expect(forbidden(field)).toBeUndefined();
    expect(forbidden({ ...field, secret: true })).toMatch(/alone/);
    expect(forbidden({ ...field, hidden: true })).toMatch(/hides/);
    expect(deed({ kind: 'type', text: 'tea' })).toBe('type “tea”');
    expect(deed({ kind: 'select', values: [0] }, field)).toBe('choose “Small”');
  });
});
