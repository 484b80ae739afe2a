import { Flag, HEADER_BYTES, readHeader } from '@opencobrowse/protocol';
import { describe, expect, it, vi } from 'vitest';
import { inflate, SharerStream } from '../src/index.ts';

const AT = { epoch: 5, offset: 0 };
type Frame = Uint8Array<ArrayBuffer>;

function make(pack?: (body: Frame) => Promise<Frame>) {
  const frames: Frame[] = [];
  const said: string[] = [];
  const stream = new SharerStream(
    AT,
    {
      send: (frame) => frames.push(frame),
      overflow: () => said.push('overflow'),
      tooLarge: () => said.push('too large'),
    },
    ...(pack ? [pack] : []),
  );
  return { stream, frames, said };
}

/** All that promises which are already kept can cause has happened: a task comes after every microtask. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A packer that is done when it is told. */
function slow() {
  let finish: () => void = () => undefined;
  const pack = (body: Frame) =>
    new Promise<Frame>((resolve) => {
      finish = () => resolve(body);
    });
  return { pack, finish: () => finish() };
}
const offsets = (frames: Frame[]) => frames.map((frame) => readHeader(frame.buffer).offset);
const random = (bytes: number) => Array.from({ length: bytes }, (_, i) => (i * 7919) ** 2 % 10).join('');

async function body(frame: Frame): Promise<unknown> {
  const bytes = frame.slice(HEADER_BYTES);
  const whole = readHeader(frame.buffer).flags & Flag.DEFLATE ? await inflate(bytes) : bytes;
  return JSON.parse(new TextDecoder().decode(whole));
}

describe('order (I4)', () => {
  it('is the order of the calls, though large ones take time to pack', async () => {
    const { stream, frames } = make();
    stream.events(['a'.repeat(5_000)]);
    stream.events(['small']);
    stream.snapshot(['b'.repeat(5_000)]);
    stream.events(['last']);
    await vi.waitFor(() => expect(frames).toHaveLength(4));
    expect(offsets(frames)).toEqual([0, 1, 2, 3]);
    expect((await Promise.all(frames.map(body))).map((b) => (b as string[])[0]?.[0])).toEqual([
      'a',
      's',
      'b',
      'l',
    ]);
    expect(readHeader((frames[0] as Frame).buffer).flags).toBe(Flag.DEFLATE);
  });

  it('holds where packing fails: the body goes as it is', async () => {
    const { stream, frames } = make(() => Promise.reject(new Error('no')));
    stream.events(['a'.repeat(5_000)]);
    stream.events(['b']);
    await settle();
    expect(frames.map((f) => readHeader(f.buffer).flags)).toEqual([0, 0]);
  });

  it('has nothing of an old epoch in a new one', async () => {
    const { pack, finish } = slow();
    const { stream, frames } = make(pack);
    stream.events(['a'.repeat(5_000)]);
    stream.restart({ epoch: 6, offset: 0 });
    stream.events(['new']);
    finish();
    await settle();
    expect(frames.map((f) => readHeader(f.buffer).epoch)).toEqual([6]);
  });
});

describe('sizes (reliability.md D)', () => {
  it('cuts a snapshot into chunks of 256 KiB; the last says so', async () => {
    const { stream, frames } = make(async (packed) => packed);
    stream.snapshot([random(600 * 1024)]);
    await settle();
    expect(frames.map((f) => f.length - HEADER_BYTES)).toEqual([262_144, 262_144, 90_116]);
    const flags = frames.map((f) => readHeader(f.buffer).flags & Flag.LAST);
    expect(flags).toEqual([0, 0, Flag.LAST]);
  });

  it('halves events that do not fit into a frame', async () => {
    const { stream, frames, said } = make(async (packed) => packed);
    stream.events(Array.from({ length: 4 }, () => random(400 * 1024)));
    await settle();
    expect(frames.length).toBeGreaterThan(1);
    expect(Math.max(...frames.map((f) => f.length))).toBeLessThanOrEqual(1024 * 1024);
    expect(offsets(frames)).toEqual(frames.map((_, i) => i));
    expect(said).toEqual([]);
  });

  it('leaves out one event that never fits, and says so', async () => {
    const { stream, frames, said } = make(async (packed) => packed);
    stream.events([random(1200 * 1024)]);
    await settle();
    expect(frames).toEqual([]);
    expect(said).toEqual(['overflow']);
  });

  it('refuses a page that is larger than a snapshot may be', async () => {
    const { stream, frames, said } = make(async () => new Uint8Array(21 * 1024 * 1024));
    stream.snapshot(['x'.repeat(2000)]);
    await settle();
    expect(frames).toEqual([]);
    expect(said).toEqual(['too large']);
  });
});

describe('after a break', () => {
  const five = () => {
    const made = make();
    for (let i = 0; i < 5; i++) made.stream.events([i]);
    return made;
  };

  it('sends what the server lacks, once', () => {
    const { stream, frames } = five();
    stream.hold();
    stream.events(['while it was away']);
    expect(offsets(frames)).toEqual([0, 1, 2, 3, 4]);
    expect(stream.resume({ epoch: 5, offset: 3 })).toBe(true);
    expect(offsets(frames)).toEqual([0, 1, 2, 3, 4, 3, 4, 5]);
    stream.events(['next']);
    expect(offsets(frames).at(-1)).toBe(6);
  });

  it('cannot where it has forgotten, is of another epoch, or behind the server', () => {
    const { stream, frames } = five();
    stream.acknowledge({ epoch: 4, offset: 5 });
    stream.acknowledge({ epoch: 5, offset: 4 });
    expect(stream.oldest).toEqual({ epoch: 5, offset: 4 });
    stream.hold();
    for (const position of [
      { epoch: 5, offset: 3 },
      { epoch: 6, offset: 4 },
      { epoch: 5, offset: 6 },
    ]) {
      expect(stream.resume(position)).toBe(false);
    }
    expect(frames).toHaveLength(5);
    expect(stream.resume({ epoch: 5, offset: 4 })).toBe(true);
  });

  it('keeps at most 4 MiB for it (I11)', async () => {
    const { stream } = make(async (packed) => packed);
    for (let i = 0; i < 12; i++) stream.events([random(500 * 1024)]);
    await settle();
    expect(stream.resume({ epoch: 5, offset: 0 })).toBe(false);
    expect(stream.resume({ epoch: 5, offset: 11 })).toBe(true);
  });
});

it('sends nothing once it is closed, not even what was being packed (I5)', async () => {
  const { pack, finish } = slow();
  const { stream, frames } = make(pack);
  stream.events(['a'.repeat(5_000)]);
  stream.close();
  stream.events(['after']);
  finish();
  await settle();
  expect(frames).toEqual([]);
});
