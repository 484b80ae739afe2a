// A page's own libraries must not change what leaves it (issue "a session", row 4).
import { afterEach, describe, expect, it } from 'vitest';
import { toText } from '../src/index.ts';

const lists = Array.prototype as { toJSON?: unknown };

afterEach(() => {
  delete lists.toJSON;
});

describe('toText', () => {
  it('is JSON', () => {
    expect(toText({ a: [1, 'two', null] })).toBe('{"a":[1,"two",null]}');
  });

  it('is JSON on a page whose arrays have a toJSON, and leaves that to the page', () => {
    const theirs = (): string => 'a text';
    lists.toJSON = theirs;
    expect(toText({ versions: [1] })).toBe('{"versions":[1]}');
    expect(lists.toJSON).toBe(theirs);
  });

  it('gives it back when nothing can be written', () => {
    const theirs = (): string => 'a text';
    lists.toJSON = theirs;
    const round: unknown[] = [];
    round.push(round);
    expect(() => toText(round)).toThrow();
    expect(lists.toJSON).toBe(theirs);
  });
});
