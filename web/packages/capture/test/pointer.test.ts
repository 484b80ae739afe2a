// @vitest-environment jsdom
import type { Pointer } from '@opencobrowse/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchPointer } from '../src/pointer.ts';

let reports: Pointer[] = [];
let frame: FrameRequestCallback | undefined;
let stop = (): void => undefined;
/** jsdom's events are all of scripts. */
let isTheirs = true;

beforeEach(() => {
  reports = [];
  frame = undefined;
  isTheirs = true;
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => {
    frame = callback;
    return 1;
  });
  stop = watchPointer(
    (pointer) => reports.push(pointer),
    (node) => (node === document.body ? 7 : -1),
    () => isTheirs,
  );
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

const event = (type: string, x: number, target: EventTarget = document.body) =>
  target.dispatchEvent(new MouseEvent(type, { clientX: x, clientY: 2, bubbles: true }));

it('reports where it is once a frame, by the newest event', () => {
  event('pointermove', 1);
  event('pointermove', 3);
  expect(reports).toEqual([]);
  frame?.(0);
  expect(reports).toEqual([{ action: 'move', x: 3, y: 2, node: 7 }]);
});

it('does not take what scripts make of it, an agent’s hands among them, for the customer’s', () => {
  isTheirs = false;
  event('pointermove', 1);
  event('pointerdown', 5);
  expect(frame).toBeUndefined();
  expect(reports).toEqual([]);
});

it('reports each click at once, and no node where there is none', () => {
  event('pointerdown', 5);
  event('pointerdown', 6, document.documentElement);
  expect(reports.map(({ action, x, node }) => [action, x, node])).toEqual([
    ['click', 5, 7],
    ['click', 6, 0],
  ]);
});

it('reports that it has left the page', () => {
  event('pointerleave', 0, document.documentElement);
  expect(reports).toEqual([{ action: 'leave', x: 0, y: 0, node: 0 }]);
});

it('is silent when stopped', () => {
  stop();
  event('pointermove', 1);
  event('pointerdown', 1);
  expect([reports, frame]).toEqual([[], undefined]);
});
