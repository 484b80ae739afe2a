import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CLOSE_TAKEN_OVER,
  HEADER_BYTES,
  makeFrame,
  POINTER_BYTES,
  readHeader,
  readPointer,
  TERMINAL_CLOSE,
  writePointer,
} from '../src/index.ts';

/** The golden vectors beside `schema/live.schema.json`, which the server's tests read too. */
const vectors = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../schema/vectors/${name}.json`, import.meta.url), 'utf8'));
const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Uint8Array) => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');

interface Good {
  name: string;
  hex: string;
  header: ReturnType<typeof readHeader>;
  bodyHex: string;
}

describe('frames', () => {
  it.each(vectors('frames').good as Good[])('$name', (vector) => {
    expect(readHeader(bytes(vector.hex).buffer)).toEqual(vector.header);
    expect(hex(makeFrame(vector.header, bytes(vector.bodyHex)))).toBe(vector.hex);
  });
});

describe('close codes', () => {
  it.each(vectors('close-codes') as { name: string; code: number; comeBack: boolean }[])(
    '$name',
    ({ code, comeBack }) => {
      expect(code < TERMINAL_CLOSE || code >= 5000).toBe(comeBack);
    },
  );

  it('a page that was taken over waits again: the one code that a link makes an exception for', () => {
    expect(CLOSE_TAKEN_OVER).toBe(4509);
  });
});

describe('pointers', () => {
  it('come out as they went in', () => {
    const pointer = { action: 'click', x: 12.5, y: 700, node: 4_000_000_000 } as const;
    const header = { kind: 3, flags: 0, peer: 9, epoch: 7, offset: 0 } as const;
    const frame = makeFrame(header, writePointer(pointer));
    expect(frame.length).toBe(HEADER_BYTES + POINTER_BYTES);
    expect(readPointer(frame.buffer)).toEqual(pointer);
  });

  it.each([
    ['too short', '0300000100000007000000000141'],
    ['an action that is none', `030000010000000700000000${'09'}${'00'.repeat(12)}`],
  ])('are nothing when they are %s', (_, frame) => {
    expect(readPointer(bytes(frame).buffer)).toBeUndefined();
  });
});
