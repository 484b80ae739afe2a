import { describe, expect, it } from 'vitest';
import { fitScale, scaleOf, step } from '../src/fit.ts';
import { destination } from '../src/join/destination.ts';
import { sessionOf } from '../src/route.ts';
import { ago, delivery, ending, grouped, quality, span } from '../src/words.ts';

describe('words', () => {
  it.each([
    [0, '0:00'],
    [65.9, '1:05'],
    [3725, '1:02:05'],
    [-3, '0:00'], // B22: no negative durations
  ])('%s seconds are %s', (seconds, text) => expect(span(seconds)).toBe(text));

  it.each([
    [30_000, 'just now'],
    [5 * 60_000, '5 min ago'],
    [3 * 3_600_000, '3 h ago'],
  ])('%s ms ago is %s', (ms, text) => expect(ago(0, ms)).toBe(text));

  it('every reason of the server has words of its own, and an unknown one still has some', () => {
    const reasons = ['agent', 'customer', 'api', 'conversation.ended', 'customer.lost', 'agent.lost'];
    const more = ['timeout', 'declined', 'expired', 'transfer', 'something.new'];
    const titles = [...reasons, ...more].map((reason) => ending(reason).title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(ending(null).title).not.toBe('');
  });

  it('says how the customer is reached', () => {
    const page = { channel: 'page', address: 'c-1' };
    expect(delivery({ ...page, state: 'pending', pages: 0 }).text).toBe('No page of theirs is open yet');
    expect(delivery({ ...page, state: 'delivered', pages: 2 }).text).toBe('Asking on 2 open pages');
    const mail = { channel: 'email', address: 'a@b.test', pages: 0 };
    expect(delivery({ ...mail, state: 'not.configured' }).text).toBe(
      'E-mail a@b.test: not set up on this server',
    );
  });

  it('groups a code that is read out', () => {
    expect(grouped('BCDFGHJK')).toBe('BCDF GHJK');
    expect(grouped('123456789')).toBe('123 456 789');
    expect(grouped('BCDF-GHJK')).toBe('BCDF-GHJK');
  });

  it('quality is a word, not only a colour', () => {
    expect([10, 200, 900].map((ms) => quality(ms).text)).toEqual(['Good', 'Fair', 'Slow']);
  });
});

describe('fit', () => {
  const stage = { width: 1000, height: 600 };
  it('shows all of the page and never more than its own size', () => {
    expect(fitScale({ width: 2000, height: 600 }, stage)).toBe(0.5);
    expect(fitScale({ width: 500, height: 1200 }, stage)).toBe(0.5);
    expect(fitScale({ width: 400, height: 300 }, stage)).toBe(1);
    expect(fitScale({ width: 0, height: 0 }, stage)).toBe(1);
    expect(scaleOf(1.5, { width: 2000, height: 600 }, stage)).toBe(1.5);
  });
  it('steps from anywhere to the next size, and stops at the ends', () => {
    expect(step(0.76, 1)).toBe(0.9);
    expect(step(0.76, -1)).toBe(0.75);
    expect(step(2, 1)).toBe(2);
    expect(step(0.25, -1)).toBe(0.25);
  });
});

describe('addresses', () => {
  it.each([
    ['/console', undefined],
    ['/console/', undefined],
    ['/console/sessions/abc', 'abc'],
    ['/console/sessions/abc/', 'abc'],
    ['/console/sessions/a/b', undefined],
  ])('%s is session %s', (path, id) => expect(sessionOf(path)).toBe(id));

  it('an invitation leads to http and https only, with the token in the fragment', () => {
    expect(destination('https://shop.test/help?a=1#old', 'to ken')?.href).toBe(
      'https://shop.test/help?a=1#opencobrowse=to%20ken',
    );
    for (const bad of [null, '', 'javascript:alert(1)', 'data:text/html,x', '//shop.test', 'file:///etc']) {
      expect(destination(bad, 'token')).toBeUndefined();
    }
  });
});
