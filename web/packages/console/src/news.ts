/** Hears that a session of the agent has changed: a notification channel of the platform's kind. */

import { backoff } from '@opencobrowse/link';

export interface Channel {
  id: string;
  connectUri: string;
}

export interface Notifications {
  channel(): Promise<Channel>;
  subscribe(channelId: string, topic: string): Promise<unknown>;
}

/** From here on a close is final: the channel is gone, and another is made. */
const GONE = 4500;

/** One channel, whose socket comes back by itself. `heard(true)`: listening now; ask once for what was before. */
export class News {
  #channel: Channel | undefined;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #stopped = false;

  constructor(
    private readonly api: Notifications,
    private readonly userId: string,
    private readonly heard: (listening: boolean) => void,
  ) {
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
  }

  async #connect(): Promise<void> {
    try {
      this.#channel ??= await this.#made();
    } catch {
      this.#lost();
      return;
    }
    if (this.#stopped) return;
    const socket = new WebSocket(this.#channel.connectUri);
    this.#socket = socket;
    let listening = false;
    socket.onmessage = ({ data }) => {
      const about = String(JSON.parse(data).topicName);
      if (about.startsWith('v2.users.') || !listening) this.heard(true);
      listening = true;
      this.#attempt = 0;
    };
    socket.onclose = ({ code }) => {
      if (code >= GONE) this.#channel = undefined;
      this.#lost();
    };
  }

  async #made(): Promise<Channel> {
    const channel = await this.api.channel();
    await this.api.subscribe(channel.id, `v2.users.${this.userId}.conversations.cobrowseSessions`);
    return channel;
  }

  #lost(): void {
    if (this.#stopped) return;
    this.heard(false);
    this.#retry = setTimeout(() => void this.#connect(), backoff(this.#attempt++));
  }
}
