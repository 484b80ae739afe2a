import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { News } from '../src/news.ts';

/** A socket that only the test moves. */
class FakeSocket {
  static all: FakeSocket[] = [];
  onmessage: (event: { data: string }) => void = () => {};
  onclose: (event: { code: number }) => void = () => {};
  closed = false;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  close(): void {
    this.closed = true;
  }
  say(topicName: string): void {
    this.onmessage({ data: JSON.stringify({ topicName, eventBody: {} }) });
  }
}

const topic = 'v2.users.me.conversations.cobrowseSessions';
const last = (): FakeSocket => FakeSocket.all.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function started() {
  let made = 0;
  const api = {
    channel: vi.fn(async () => ({ id: `c${++made}`, connectUri: `ws://host/live/channels/c${made}/x` })),
    subscribe: vi.fn(async () => undefined),
  };
  const heard = vi.fn();
  const news = new News(api, 'me', heard);
  await vi.advanceTimersByTimeAsync(0);
  return { api, heard, news };
}

test('it subscribes to the own sessions, and tells of the first word and of every event', async () => {
  const { api, heard } = await started();
  expect(api.subscribe).toHaveBeenCalledWith('c1', topic);
  expect(heard).not.toHaveBeenCalled();
  for (const name of ['channel.metadata', 'channel.metadata', topic, 'v2.system.socket_closing'])
    last().say(name);
  expect(heard.mock.calls).toEqual([[true], [true]]);
});

test('after a restart the same channel is opened again, after its end a new one is made', async () => {
  const { api, heard } = await started();
  last().say('channel.metadata');
  last().onclose({ code: 1012 });
  expect(heard).toHaveBeenLastCalledWith(false);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(FakeSocket.all.map((s) => s.url)).toEqual(Array(2).fill('ws://host/live/channels/c1/x'));
  last().say('channel.metadata');
  last().onclose({ code: 4504 });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(api.channel).toHaveBeenCalledTimes(2);
  expect(last().url).toBe('ws://host/live/channels/c2/x');
});

test('who is refused tries again, and who is stopped does not', async () => {
  const { api, news } = await started();
  api.channel.mockRejectedValueOnce(new Error('503'));
  last().onclose({ code: 4504 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.all).toHaveLength(2);
  news.stop();
  expect(last().closed).toBe(true);
  last().onclose({ code: 1006 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.all).toHaveLength(2);
});
