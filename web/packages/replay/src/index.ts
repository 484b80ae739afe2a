/** The viewer's side of the mirror: rrweb's replayer without its clock. Nothing else knows rrweb here. */

export { Cleaner } from './clean.ts';
export type { Box, Choice, Facts, Scroller } from './geometry.ts';
export { Mirror, type MirrorEvents } from './mirror.ts';
export { SANDBOX } from './picture.ts';
export type { View } from './view.ts';
