/** An agent's mouse and keys, as actions on the customer's page. */

import type { Action } from '@opencobrowse/protocol';
import type { Box } from '@opencobrowse/replay';

export type Modifier = NonNullable<Action['modifiers']>[number];

export interface KeyPress {
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  isComposing?: boolean;
}

/** Keys with a name that a page knows. */
const NAMED =
  /^(?:Enter|Tab|Escape|Backspace|Delete|Home|End|PageUp|PageDown|ArrowLeft|ArrowUp|ArrowRight|ArrowDown)$/;

/** With Ctrl or Cmd: what editors and lists know. The rest is the agent's own browser's. */
const WITH_CONTROL = /^(?:[abikzy]|enter|backspace|delete|home|end|arrow\w+)$/i;

/** Where in an element's box a place is, from 0 to 1: the customer's page may lay it out otherwise. */
export function within(box: Box, x: number, y: number): { x: number; y: number } {
  return { x: part(x - box.x, box.width), y: part(y - box.y, box.height) };
}

function part(of: number, whole: number): number {
  const share = whole > 0 ? of / whole : 0.5;
  return Math.round(Math.min(1, Math.max(0, share)) * 1e4) / 1e4;
}

export function pointAt(
  kind: 'click' | 'dblclick' | 'hover',
  node: number,
  box: Box,
  x: number,
  y: number,
): Action {
  return { kind, node, ...within(box, x, y) };
}

/** The `count`th press of a row: the second makes a double click of the first, the third is one again. */
export function pressAt(count: number, node: number, box: Box, x: number, y: number): Action {
  return count % 2 === 0
    ? { ...pointAt('dblclick', node, box, x, y), values: [1] }
    : pointAt('click', node, box, x, y);
}

export function modifiersOf(event: KeyPress): Modifier[] {
  const held: [Modifier, boolean][] = [
    ['alt', event.altKey],
    ['control', event.ctrlKey],
    ['meta', event.metaKey],
    ['shift', event.shiftKey],
  ];
  return held.filter(([, down]) => down).map(([name]) => name);
}

/** A key for the customer's page, or undefined where it is none or is the agent's own browser's. */
export function keyOf(event: KeyPress, node: number): Action | undefined {
  const { key } = event;
  const known = NAMED.test(key) || [...key].length === 1;
  if (event.isComposing || event.altKey || !known) return undefined;
  if ((event.ctrlKey || event.metaKey) && !WITH_CONTROL.test(key)) return undefined;
  const modifiers = modifiersOf(event);
  return { kind: 'key', key, ...(node && { node }), ...(modifiers.length > 0 && { modifiers }) };
}

/** A whole address for `navigate`, or undefined: http and https only. Without a scheme it is one of the site that
 * the customer is on: nowhere else is an agent let go. */
export function addressOf(typed: string, here: string | undefined): string | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  try {
    const { host, protocol } = here ? new URL(here) : { host: '', protocol: 'https:' };
    const named = host !== '' && text.startsWith(host);
    const url = new URL(named ? `${protocol}//${text}` : text, here);
    const ok = (url.protocol === 'https:' || url.protocol === 'http:') && url.href.length <= 2048;
    return ok ? url.href : undefined;
  } catch {
    return undefined;
  }
}
