/** The golden vectors of `schema/`: the same files that the server's tests read. */

import { describe, expect, it } from 'vitest';
import schema from '../../../../schema/live.schema.json';
import codes from '../../../../schema/vectors/close-codes.json';
import frameVectors from '../../../../schema/vectors/frames.json';
import messageVectors from '../../../../schema/vectors/messages.json';
import {
  CLOSE_TAKEN_OVER,
  CLOSE_TRANSFERRED,
  Flag,
  type FromPage,
  type FromServer,
  HEADER_BYTES,
  Kind,
  makeFrame,
  type Pointer,
  readHeader,
  readPointer,
  SUBPROTOCOL,
  TERMINAL_CLOSE,
  VERSION,
  writePointer,
} from '../src/index.ts';

const frames: {
  good: {
    name: string;
    hex: string;
    bodyHex: string;
    header: { kind: Kind; flags: number; peer: number; epoch: number; offset: number };
    pointer?: Pointer;
  }[];
} = frameVectors as never;
const messages: { fromPeer: FromPage[]; fromServer: FromServer[] } = messageVectors as never;

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Uint8Array) => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');

describe('the definition', () => {
  it('has our kinds, flags, version and subprotocol', () => {
    const binary = schema['x-binary-frame'];
    const kinds = Object.entries<{ value: number }>(binary.kinds).map(([name, kind]) => [name, kind.value]);
    expect(Object.fromEntries(kinds)).toEqual(Kind);
    expect(binary.flags).toEqual(Flag);
    expect(binary.headerBytes).toBe(HEADER_BYTES);
    expect(schema['x-versions']).toContain(VERSION);
    expect(schema['x-subprotocol']).toBe(SUBPROTOCOL);
  });

  it('has no message that our types do not know', () => {
    // The compiler checks that these lists are complete: a type that is missing here is an error.
    const up: Record<FromPage['type'], true> = {
      hello: true,
      accept: true,
      decline: true,
      join: true,
      restart: true,
      page: true,
      stop: true,
      ping: true,
      pong: true,
      'control.request': true,
      'control.release': true,
      'control.answer': true,
      'control.revoke': true,
      act: true,
      propose: true,
      withdraw: true,
      acted: true,
      highlight: true,
    };
    const down: Record<FromServer['type'], true> = {
      welcome: true,
      offer: true,
      'offer.closed': true,
      share: true,
      checkout: true,
      ack: true,
      resync: true,
      state: true,
      transferred: true,
      end: true,
      error: true,
      ping: true,
      pong: true,
      'control.asked': true,
      'control.closed': true,
      act: true,
      propose: true,
      withdraw: true,
      acted: true,
      highlight: true,
    };
    expect(new Set(messages.fromPeer.map(({ type }) => type))).toEqual(new Set(Object.keys(up)));
    expect(new Set(messages.fromServer.map(({ type }) => type))).toEqual(new Set(Object.keys(down)));
  });
});

describe('binary frames', () => {
  it.each(frames.good)('$name', ({ hex: whole, header, bodyHex, pointer }) => {
    const frame = bytes(whole);
    expect(readHeader(frame.buffer)).toEqual(header);
    expect(hex(makeFrame(header, bytes(bodyHex)))).toBe(whole);
    if (pointer) {
      expect(readPointer(frame.buffer)).toEqual(pointer);
      expect(hex(writePointer(pointer))).toBe(bodyHex);
    }
  });

  it('takes no pointer of another size or action', () => {
    const [sample] = frames.good.filter(({ pointer }) => pointer);
    const frame = bytes(sample?.hex ?? '');
    expect(readPointer(frame.slice(0, -1).buffer)).toBeUndefined();
    frame[HEADER_BYTES] = 9;
    expect(readPointer(frame.buffer)).toBeUndefined();
  });
});

describe('close codes', () => {
  it.each(codes)('$name', ({ code, comeBack }) => {
    expect(code < TERMINAL_CLOSE).toBe(comeBack);
  });

  it('names the one the SDK looks for', () => {
    expect(codes.find(({ name }) => name === 'TAKEN_OVER')?.code).toBe(CLOSE_TAKEN_OVER);
    expect(codes.find(({ name }) => name === 'TRANSFERRED')?.code).toBe(CLOSE_TRANSFERRED);
  });
});
