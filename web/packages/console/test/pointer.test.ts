import type { Pointer } from '@opencobrowse/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PointerOut } from '../src/pointer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function pointer(): [PointerOut, Pointer[]] {
  const sent: Pointer[] = [];
  return [new PointerOut((one) => sent.push(one)), sent];
}

it('sends at most 30 a second, the first at once and the last always', () => {
  const [out, sent] = pointer();
  for (let ms = 0; ms < 1000; ms++) {
    out.move(ms, 0, 1);
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(100);
  expect(sent[0]).toEqual({ action: 'move', x: 0, y: 0, node: 1 });
  expect(sent.at(-1)).toMatchObject({ x: 999 });
  expect(sent.length).toBeLessThanOrEqual(31);
  expect(sent.length).toBeGreaterThan(25);
});

it('a click leaves at once, and no older move after it', () => {
  const [out, sent] = pointer();
  out.move(1, 1, 0);
  out.move(2, 2, 0);
  out.click(3, 3, 9);
  vi.advanceTimersByTime(500);
  expect(sent.map(({ action, x }) => [action, x])).toEqual([
    ['move', 1],
    ['click', 3],
  ]);
});

it('leaves once, and only if it was inside', () => {
  const [out, sent] = pointer();
  out.leave();
  expect(sent).toEqual([]);
  out.move(1, 1, 0);
  out.move(2, 2, 0);
  out.leave();
  out.leave();
  vi.advanceTimersByTime(500);
  expect(sent.map(({ action }) => action)).toEqual(['move', 'leave']);
});
