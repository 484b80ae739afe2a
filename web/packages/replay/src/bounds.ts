/** How much of a page the mirror takes: more would stop the agent's browser (reliability.md G3, I11). */

/** Nodes in the mirror at a time; the largest page of fidelity.md has 110,014. */
export const MAX_NODES = 250_000;
/** A browser's parser nests 512 deep at most; scripts go a little further, rrweb rebuilds by recursion. */
export const MAX_DEPTH = 1_000;
export const MAX_TEXT = 1_000_000;
export const MAX_VALUE = 1_000_000;
export const MAX_ATTRIBUTES = 500;
export const MAX_CSS = 4_000_000;
/** CSS pixels: wider and taller than any screen, and not wider than a browser can lay out. */
export const MAX_SIZE = 16_384;

/** An id that rrweb could have given. */
export function isId(id: unknown): id is number {
  return typeof id === 'number' && Number.isInteger(id) && id > 0 && id < 0x7fffffff;
}

/** A length of a viewport, whatever was said. */
export function size(value: unknown): number {
  const number = Number(value);
  return number >= 1 ? Math.min(number, MAX_SIZE) : 1;
}
