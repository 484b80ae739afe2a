import {
  CLOSE_TAKEN_OVER,
  type FromPage,
  type FromServer,
  SUBPROTOCOL,
  TERMINAL_CLOSE,
} from '@opencobrowse/protocol';
import { backoff } from './backoff.ts';
import { toText } from './json.ts';

/** What is needed to open one socket: asked for anew each time, because a ticket is good once. */
export interface Opening {
  websocketUrl: string;
  ticket: string;
}

/** An error of `open`: `final` when trying again is of no use, `retryAfter` in seconds when the server says. */
export interface OpenError extends Error {
  final?: boolean;
  retryAfter?: number;
}

export interface LinkEvents {
  /** Get a ticket. Rejects with an `OpenError`. */
  open(): Promise<Opening>;
  /** The socket is open: say hello. */
  opened(): void;
  message(message: FromServer): void;
  frame(frame: ArrayBuffer): void;
  /** The socket is gone; `final` when the link will not come back. */
  closed(final: boolean, code: number): void;
  /** Nothing has come for 25 s: say something that is answered. Without this a dead socket is not noticed. */
  silent?(): void;
}

/** reliability.md D: 25 s of silence, 8 s for the answer. */
const SILENT_AFTER_MS = 25_000;
const DEAD_AFTER_MS = 8_000;
const OPEN_WITHIN_MS = 15_000;

/** One socket that comes back by itself, with full jitter, until it is told to stop. */
export class Link {
  /** As it was at first: what a page puts in its place later is not asked. */
  readonly #WebSocket = WebSocket;
  #socket: WebSocket | undefined;
  #attempt = 0;
  #stopped = false;
  /** Counts tries: what an older try still has under way is for nothing. */
  #try = 0;
  #retry: Timer;
  #watch: Timer;

  constructor(private readonly events: LinkEvents) {
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
    void this.#connect();
  }

  get open(): boolean {
    return this.#socket?.readyState === this.#WebSocket.OPEN;
  }

  /** Bytes handed to the socket and not yet sent. */
  get buffered(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Send a message; false where there is no open socket to take it. */
  tell(message: FromPage): boolean {
    if (this.open) this.#socket?.send(toText(message));
    return this.open;
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.open) this.#socket?.send(frame);
  }

  /** Close for good. */
  stop(): void {
    this.#stopped = true;
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
    this.#drop();
  }

  /** Close until `resume`: the page goes into the browser's back/forward cache. */
  suspend(): void {
    this.#lost(0);
    clearTimeout(this.#retry);
  }

  /** Connect now, if there is no socket. */
  resume(): void {
    if (this.#socket !== undefined || this.#stopped) return;
    clearTimeout(this.#retry);
    void this.#connect();
  }

  #online = (): void => {
    this.#attempt = 0;
    if (this.open) this.#probe();
    else this.resume();
  };

  #offline = (): void => {
    if (this.#socket !== undefined) this.#lost(0);
  };

  async #connect(): Promise<void> {
    const attempt = ++this.#try;
    clearTimeout(this.#retry);
    let opening: Opening;
    try {
      opening = await this.events.open();
    } catch (error) {
      if (attempt !== this.#try || this.#stopped) return;
      const { final, retryAfter } = error as OpenError;
      if (final) this.#end(0);
      else this.#later((retryAfter ?? 0) * 1000);
      return;
    }
    if (attempt === this.#try && !this.#stopped) this.#dial(opening);
  }

  #dial({ websocketUrl, ticket }: Opening): void {
    const socket = new this.#WebSocket(websocketUrl, [SUBPROTOCOL, `ticket.${ticket}`]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#watch = setTimeout(() => this.#lost(0), OPEN_WITHIN_MS);
    socket.onopen = () => {
      this.#attempt = 0;
      this.#heard();
      this.events.opened();
    };
    socket.onmessage = ({ data }) => {
      this.#heard();
      if (typeof data === 'string') this.events.message(JSON.parse(data) as FromServer);
      else this.events.frame(data as ArrayBuffer);
    };
    socket.onclose = ({ code }) => this.#lost(code);
  }

  #heard(): void {
    clearTimeout(this.#watch);
    if (this.events.silent) this.#watch = setTimeout(() => this.#probe(), SILENT_AFTER_MS);
  }

  #probe(): void {
    if (!this.events.silent) return;
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#lost(0), DEAD_AFTER_MS);
    this.events.silent();
  }

  /** The socket is gone, or as good as gone. */
  #lost(code: number): void {
    const had = this.#socket !== undefined;
    this.#drop();
    if (code >= TERMINAL_CLOSE && code < 5000 && code !== CLOSE_TAKEN_OVER) {
      this.#end(code);
      return;
    }
    if (had) this.events.closed(false, code);
    if (!this.#stopped) this.#later(0);
  }

  #end(code: number): void {
    this.stop();
    this.events.closed(true, code);
  }

  #drop(): void {
    this.#try++;
    clearTimeout(this.#retry);
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #later(atLeast: number): void {
    this.#retry = setTimeout(() => void this.#connect(), Math.max(atLeast, backoff(this.#attempt++)));
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;
