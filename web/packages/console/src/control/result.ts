/** What became of an action, said where it was done. */

import type { Action } from '@opencobrowse/protocol';
import type { View } from '@opencobrowse/replay';
import type { Marks } from '../marks.ts';
import type { Outcome } from './doing.ts';
import { outcome } from './say.ts';

/** Their effect is what is seen; done, they need no mark. */
const PLAIN = new Set<Action['kind']>(['hover', 'scroll', 'focus', 'type', 'clear']);

export interface Shown {
  text: string;
  placed: boolean;
}

/** A ring where it was done, words where it was not. Returns the words, for those who cannot see them, and
 * whether they stand at the place. */
export function showOutcome(done: Outcome, view: View | undefined, marks: Marks): Shown | undefined {
  const { kind, node = 0, x = 0.5, y = 0.5 } = done.deed.action;
  const box = view?.box(node);
  const [left, top] = box ? [box.x + x * box.width, box.y + y * box.height] : [0, 0];
  if (done.result === 'done') {
    if (box && !PLAIN.has(kind)) marks.pulse(left, top);
    return undefined;
  }
  const nobodyAsked = kind === 'hover' || (kind === 'scroll' && done.result !== 'refused');
  if (nobodyAsked || done.result === 'withdrawn') return undefined;
  if (box) marks.note(left, top, outcome(done), 'bad');
  return { text: outcome(done), placed: box !== undefined };
}
