import { describe, expect, it } from 'vitest';
import { Grant, type GrantEvent, type GrantState } from '../src/hands/grant.ts';

const EVENTS: GrantEvent[] = ['yes', 'held', 'none', 'take'];

/** A grant brought to each state the way that a page gets there. */
const WAYS: Record<GrantState, GrantEvent[]> = {
  none: [],
  agreed: ['yes'],
  held: ['yes', 'held'],
  taken: ['yes', 'held', 'take'],
};

const NEXT: Record<GrantState, GrantState[]> = {
  none: ['agreed', 'none', 'none', 'none'],
  agreed: ['agreed', 'held', 'none', 'taken'],
  held: ['held', 'held', 'none', 'taken'],
  taken: ['taken', 'taken', 'none', 'taken'],
};

describe('the grant as the page knows it (I8)', () => {
  for (const from of Object.keys(WAYS) as GrantState[]) {
    it.each(EVENTS)(`${from}, then %s`, (event) => {
      const grant = new Grant(false);
      for (const before of WAYS[from]) grant.step(before, 7);
      expect(grant.state).toBe(from);
      expect(grant.step(event, 7)).toBe(NEXT[from][EVENTS.indexOf(event)]);
      expect(grant.may(7)).toBe(grant.state === 'held');
    });
  }

  it('is for one viewer, and none is no viewer', () => {
    const grant = new Grant(true);
    expect(grant.may(7)).toBe(false);
    grant.step('held', 7);
    expect([grant.may(7), grant.may(8), grant.may(0), grant.may(undefined)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    grant.step('held', 0); // its viewer is away
    expect([grant.may(7), grant.may(0)]).toEqual([false, false]);
  });

  it('does not believe a server that says "held" where nobody agreed', () => {
    const grant = new Grant(false);
    grant.step('held', 7);
    expect(grant.may(7)).toBe(false);
  });

  it('once taken back, needs a new yes', () => {
    const grant = new Grant(true);
    for (const event of ['held', 'take', 'yes', 'held', 'none', 'held'] as const) {
      grant.step(event, 7);
      expect(grant.may(7)).toBe(event === 'held' && grant.state === 'held');
    }
    expect(grant.may(7)).toBe(false);
  });
});
