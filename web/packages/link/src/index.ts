export { backoff } from './backoff.ts';
export { inflate } from './deflate.ts';
export { Link, type LinkEvents, type Opening } from './link.ts';
export { SharerStream } from './stream.ts';
