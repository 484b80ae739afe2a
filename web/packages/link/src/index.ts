export { backoff } from './backoff.ts';
export { inflate } from './deflate.ts';
export { toText } from './json.ts';
export { Link, type LinkEvents, type OpenError, type Opening } from './link.ts';
export { SharerStream, type StreamEvents } from './stream.ts';
