/** The viewer's side of the mirror: rrweb's replayer without its clock. Nothing else knows rrweb here. */

export { cleanEvent } from './clean.ts';
export { Mirror, type MirrorEvents } from './mirror.ts';
export { SANDBOX } from './picture.ts';
