import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Batch } from '../src/batch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function make() {
  const sent: number[][] = [];
  return { sent, batch: new Batch<number>((items) => sent.push(items), Date.now) };
}

it('sends the first at once and the rest of a burst together, a frame later', () => {
  const { sent, batch } = make();
  for (let i = 0; i < 5; i++) batch.add(i);
  expect(sent).toEqual([[0]]);
  vi.advanceTimersByTime(17);
  expect(sent).toEqual([[0], [1, 2, 3, 4]]);
});

it('sends at most 60 times a second, whatever comes', () => {
  const { sent, batch } = make();
  for (let i = 0; i < 1000; i++) {
    batch.add(i);
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(17);
  expect(sent.length).toBeLessThanOrEqual(60);
  expect(sent.flat()).toEqual(Array.from({ length: 1000 }, (_, i) => i));
});

it('takes what a flush causes into the next one, in order', () => {
  const sent: number[][] = [];
  const batch = new Batch<number>((items) => {
    sent.push(items);
    if (items[0] === 0) batch.add(1);
  }, Date.now);
  batch.add(0);
  vi.advanceTimersByTime(17);
  expect(sent).toEqual([[0], [1]]);
});

it('throws away what waits when it is stopped', () => {
  const { sent, batch } = make();
  batch.add(1);
  batch.add(2);
  batch.stop();
  batch.add(3);
  vi.advanceTimersByTime(100);
  batch.flush();
  expect(sent).toEqual([[1]]);
});
