// @vitest-environment jsdom
import type { FromServer } from '@opencobrowse/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff, Link, type LinkEvents } from '../src/index.ts';

class FakeSocket {
  static all: FakeSocket[] = [];
  static readonly OPEN = 1;
  readyState = 0;
  bufferedAmount = 0;
  binaryType = '';
  sent: unknown[] = [];
  closedWith: number | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.all.push(this);
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(code: number): void {
    this.closedWith = code;
    this.readyState = 3;
  }

  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  says(message: FromServer): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  closes(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const sockets = FakeSocket.all;
let link: Link | undefined;

function open(events: Partial<LinkEvents> = {}): { link: Link; seen: string[] } {
  const seen: string[] = [];
  let tickets = 0;
  link = new Link({
    open: async () => ({ websocketUrl: 'wss://x/live/pages', ticket: `t${++tickets}` }),
    opened: () => seen.push('opened'),
    message: (message) => seen.push(message.type),
    frame: (frame) => seen.push(`frame ${frame.byteLength}`),
    closed: (final, code) => seen.push(`closed ${final} ${code}`),
    ...events,
  });
  return { link, seen };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  sockets.length = 0;
});
afterEach(() => {
  link?.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('backoff (reliability.md D, F9)', () => {
  it('is full jitter: 0 to 500 ms first, doubling to a cap of 20 s', () => {
    expect(backoff(0, () => 1)).toBe(500);
    expect(backoff(0, () => 0)).toBe(0);
    expect([1, 2, 3].map((n) => backoff(n, () => 1))).toEqual([400, 800, 1600]);
    expect(backoff(1000, () => 1)).toBe(20_000);
    expect(backoff(5, () => 0.5)).toBe(3_200);
  });
});

describe('one socket that comes back', () => {
  it('offers the protocol and a ticket that is never in the address', async () => {
    const { seen } = open();
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets[0]?.protocols).toEqual(['opencobrowse', 'ticket.t1']);
    expect(sockets[0]?.url).not.toContain('t1');
    sockets[0]?.opens();
    sockets[0]?.says({ type: 'welcome', version: 1, role: 'page', peer: 0 });
    sockets[0]?.onmessage?.({ data: new ArrayBuffer(12) });
    expect(seen).toEqual(['opened', 'welcome', 'frame 12']);
  });

  it('comes back on a page that has put something else in the place of WebSocket', async () => {
    open();
    await vi.advanceTimersByTimeAsync(0);
    vi.stubGlobal('WebSocket', undefined);
    sockets[0]?.opens();
    sockets[0]?.closes(1006);
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
  });

  it('takes a new ticket for each try', async () => {
    const { seen } = open();
    await vi.advanceTimersByTimeAsync(0);
    sockets[0]?.opens();
    sockets[0]?.closes(1006);
    expect(seen).toEqual(['opened', 'closed false 1006']);
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets[1]?.protocols[1]).toBe('ticket.t2');
  });

  it.each([4500, 4501, 4506, 4999])('stays away after %i', async (code) => {
    const { seen } = open();
    await vi.advanceTimersByTimeAsync(0);
    sockets[0]?.opens();
    sockets[0]?.closes(code);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual(['opened', `closed true ${code}`]);
    expect(sockets).toHaveLength(1);
  });

  it.each([1006, 1012, 4000, 4010, 4029, 4509])('comes back after %i', async (code) => {
    open();
    await vi.advanceTimersByTimeAsync(0);
    sockets[0]?.opens();
    sockets[0]?.closes(code);
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
  });

  it('gives up where trying again is of no use', async () => {
    const { seen } = open({ open: async () => Promise.reject(Object.assign(new Error(), { final: true })) });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual(['closed true 0']);
  });

  it('waits as long as the server says', async () => {
    const tries: number[] = [];
    open({
      open: async () => {
        tries.push(Date.now());
        throw Object.assign(new Error(), { retryAfter: 30 });
      },
    });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(tries).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(tries).toHaveLength(2);
  });

  it('asks after 25 s of silence and drops a dead socket 8 s later', async () => {
    let asked = 0;
    const { seen } = open({ silent: () => asked++ });
    await vi.advanceTimersByTimeAsync(0);
    sockets[0]?.opens();
    await vi.advanceTimersByTimeAsync(24_000);
    sockets[0]?.says({ type: 'pong', id: 0 });
    await vi.advanceTimersByTimeAsync(24_999);
    expect(asked).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(7_999);
    expect(seen).toEqual(['opened', 'pong']);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.at(-1)).toBe('closed false 0');
    expect(sockets[0]?.closedWith).toBe(1000);
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
  });

  it('drops a socket that does not open', async () => {
    open();
    await vi.advanceTimersByTimeAsync(15_500);
    expect(sockets).toHaveLength(2);
  });

  it('is gone at once when the network is, and back at once with it', async () => {
    const { seen } = open();
    await vi.advanceTimersByTimeAsync(0);
    sockets[0]?.opens();
    dispatchEvent(new Event('offline'));
    expect(seen.at(-1)).toBe('closed false 0');
    dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sockets).toHaveLength(2);
  });

  it('never has two sockets, however often it is woken', async () => {
    const { link } = open();
    dispatchEvent(new Event('online'));
    link.resume();
    await vi.advanceTimersByTimeAsync(0);
    link.resume();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sockets).toHaveLength(1);
  });

  it('is quiet while suspended, and stopped for good', async () => {
    const { link } = open();
    await vi.advanceTimersByTimeAsync(0);
    sockets[0]?.opens();
    expect(link.tell({ type: 'stop' })).toBe(true);
    link.suspend();
    expect(link.tell({ type: 'stop' })).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    link.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets).toHaveLength(2);
    link.stop();
    link.resume();
    dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(2);
  });
});
