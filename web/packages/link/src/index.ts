export { backoff } from './backoff.ts';
export { Link, type LinkEvents, type Opening } from './link.ts';
export { inflate } from './deflate.ts';
export { SharerStream } from './stream.ts';
