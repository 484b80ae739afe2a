// @vitest-environment jsdom
// fidelity.md: inner scroll positions are set again when what makes a box tall has come.
import { expect, it } from 'vitest';
import { Scrolls } from '../src/scrolls.ts';

/** A box that can be scrolled as far as `room`. */
class Box {
  scrollTop = 0;
  scrollLeft = 0;
  calls = 0;
  constructor(public room: number) {}
  scrollTo({ top, left }: { top: number; left: number }): void {
    this.calls++;
    this.scrollTop = Math.min(top, this.room);
    this.scrollLeft = left;
  }
}

function scrolls(boxes: Record<number, Box>): Scrolls {
  return new Scrolls((id) => boxes[id] as unknown as Element);
}

it('a box that is too short is tried again until it is tall enough, then left alone', () => {
  const box = new Box(0);
  const kept = scrolls({ 1: box });
  kept.set(1, 0, 500);
  kept.settle();
  expect(box.scrollTop).toBe(0);
  box.room = 1000;
  kept.settle();
  expect(box.scrollTop).toBe(500);
  const { calls } = box;
  kept.settle();
  expect(box.calls).toBe(calls);
});

it('a box that never gets tall enough is given up', () => {
  const box = new Box(10);
  const kept = scrolls({ 1: box });
  kept.set(1, 0, 500);
  for (let i = 0; i < 500; i++) kept.settle();
  expect(box.calls).toBeLessThan(100);
});

it('when a style sheet has come, all are set again', () => {
  const box = new Box(1000);
  const kept = scrolls({ 1: box });
  kept.set(1, 0, 500);
  kept.settle();
  box.scrollTop = 0;
  kept.again();
  expect(box.scrollTop).toBe(500);
});

it('a node that is gone is forgotten', () => {
  const boxes: Record<number, Box> = { 1: new Box(1000) };
  const kept = scrolls(boxes);
  kept.set(1, 0, 500);
  delete boxes[1];
  kept.settle();
  boxes[1] = new Box(1000);
  kept.again();
  expect(boxes[1].scrollTop).toBe(0);
});
