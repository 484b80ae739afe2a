import { type FromPage, type FromServer, SUBPROTOCOL, TERMINAL_CLOSE } from '@opencobrowse/protocol';
import { backoff } from './backoff.ts';

/** What is needed to open one socket: asked for anew each time, because a ticket is good once. */
export interface Opening {
  websocketUrl: string;
  ticket: string;
}

export interface LinkEvents {
  /** Get a ticket. Rejects with an error that has `final: true` when trying again is of no use. */
  open(): Promise<Opening>;
  /** The socket is open: say hello. */
  opened(): void;
  message(message: FromServer): void;
  frame(frame: ArrayBuffer): void;
  /** The socket is gone; `final` when the link will not come back. */
  closed(final: boolean, code: number): void;
}

/** 25 s between the server's pings and 8 s for our answer (reliability.md D): silence beyond is a dead socket. */
const DEAD_AFTER_MS = 33_000;

/** One socket that comes back by itself, with full jitter, until it is told to stop. */
export class Link {
  #socket: WebSocket | undefined;
  #attempt = 0;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly events: LinkEvents) {
    addEventListener('online', this.#now);
    void this.#connect();
  }

  get open(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Bytes handed to the socket and not yet sent. */
  get buffered(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  tell(message: FromPage): void {
    if (this.open) this.#socket?.send(JSON.stringify(message));
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.open) this.#socket?.send(frame);
  }

  stop(): void {
    this.#stopped = true;
    removeEventListener('online', this.#now);
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  #now = (): void => {
    if (!this.open && !this.#stopped) {
      clearTimeout(this.#timer);
      void this.#connect();
    }
  };

  async #connect(): Promise<void> {
    let opening: Opening;
    try {
      opening = await this.events.open();
    } catch (error) {
      if ((error as { final?: boolean }).final) this.#gone(true, 0);
      else this.#later();
      return;
    }
    if (this.#stopped) return;
    const socket = new WebSocket(opening.websocketUrl, [SUBPROTOCOL, `ticket.${opening.ticket}`]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempt = 0;
      this.events.opened();
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') this.events.message(JSON.parse(data) as FromServer);
      else this.events.frame(data as ArrayBuffer);
    };
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) this.#gone(code >= TERMINAL_CLOSE && code < 5000, code);
    };
  }

  #gone(final: boolean, code: number): void {
    this.#socket = undefined;
    this.events.closed(final, code);
    if (!final && !this.#stopped) this.#later();
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#connect(), backoff(this.#attempt++));
  }
}

export { DEAD_AFTER_MS };
