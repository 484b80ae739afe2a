import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Latency } from '../src/latency.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

it('is the median of the last round trips, halved', () => {
  const pings: number[] = [];
  const reports: (number | undefined)[] = [];
  const latency = new Latency(
    (id) => pings.push(id),
    (ms) => reports.push(ms),
  );
  latency.start();
  for (const way of [10, 10, 500, 10, 10]) {
    vi.advanceTimersByTime(way * 2);
    latency.pong(pings.at(-1) as number);
    vi.advanceTimersByTime(2000 - way * 2);
  }
  expect(reports.at(-1)).toBeCloseTo(10);
  latency.stop();
  expect(reports.at(-1)).toBeUndefined();
});

it('an answer that comes twice, or to nothing, counts once or not at all', () => {
  const pings: number[] = [];
  const reports: (number | undefined)[] = [];
  const latency = new Latency(
    (id) => pings.push(id),
    (ms) => reports.push(ms),
  );
  latency.start();
  const before = reports.length;
  latency.pong(99);
  latency.pong(pings[0] as number);
  latency.pong(pings[0] as number);
  expect(reports.length).toBe(before + 1);
  latency.stop();
});

it('is unknown while nothing comes back, and never asks with 0', () => {
  const pings: number[] = [];
  const reports: (number | undefined)[] = [];
  const latency = new Latency(
    (id) => pings.push(id),
    (ms) => reports.push(ms),
  );
  latency.start();
  latency.pong(pings[0] as number);
  expect(reports.at(-1)).toBeDefined();
  vi.advanceTimersByTime(10_000);
  expect(reports.at(-1)).toBeUndefined();
  expect(pings).not.toContain(0); // 0 asks the server, not the customer's page
  latency.stop();
});
