/** Calls to the server, with the cookie that only it reads. */

import type { Channel } from './news.ts';
import type { SignInWays } from './signin.ts';

export class ApiError extends Error {
  /** Nothing changes by trying again (`Link` looks at this). */
  readonly final: boolean;

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Seconds to wait, where the server said so. */
    readonly retryAfter: number,
  ) {
    super(message);
    this.final = status >= 400 && status < 500 && status !== 429 && status !== 408;
  }
}

export interface User {
  id: string;
  name: string;
  email: string;
}

export interface Delivery {
  channel: string;
  state: string;
  address: string | null;
  pages: number;
}

export interface Session {
  id: string;
  state: 'initiated' | 'active' | 'paused' | 'ended' | 'declined' | 'expired';
  cobrowseType: 'view' | 'control';
  conversationId: string;
  /** Its agent now: after a transfer, somebody else than the reader. */
  agentId: string;
  agentName: string;
  agentParticipantId: string;
  customerName: string | null;
  joinCode: string;
  joinUrl: string;
  viewerUrl: string;
  deliveries: Delivery[];
  createdTime: string;
  dateOfferEnds: string;
  acceptedTime: string | null;
  endedTime: string | null;
  endReason: string | null;
}

export interface ViewerTicket {
  ticket: string;
  websocketUrl: string;
  /** Where the mirror's pictures, styles and fonts come from; left out where the server fetches none. */
  assetsUrl?: string;
}

export interface Colleague {
  id: string;
  name: string;
  email: string;
}

export interface Invitation {
  organizationName: string;
  agentName: string;
  pageUrl: string | null;
  joinCode: string;
  dateOfferEnds: string;
}

/** The server's clock, from its answers: the agent's may be wrong by hours (reliability.md B22). */
class ServerClock {
  #ahead = 0;

  heard(date: string | null): void {
    const time = date ? Date.parse(date) : Number.NaN;
    // The header has whole seconds: its middle is the best guess.
    if (!Number.isNaN(time)) this.#ahead = time + 500 - performance.now();
  }

  now(): number {
    return performance.now() + this.#ahead;
  }
}

export const serverClock = new ServerClock();

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`/api/v2${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    }),
  });
  serverClock.heard(answer.headers.get('Date'));
  const text = await answer.text();
  const parsed = text ? parse(text) : undefined;
  if (answer.ok) return parsed as T;
  const wait = Number(answer.headers.get('Retry-After') ?? 0);
  throw new ApiError(
    answer.status,
    String(parsed?.code ?? ''),
    String(parsed?.message ?? answer.statusText),
    wait,
  );
}

// biome-ignore lint/suspicious/noExplicitAny: whatever a proxy between may answer
function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const at = (id: string): string => `/opencobrowse/sessions/${encodeURIComponent(id)}`;

export const api = {
  me: () => call<User>('GET', '/users/me'),
  organization: () => call<{ id: string; name: string }>('GET', '/organizations/me'),
  signInWays: () => call<SignInWays>('GET', '/opencobrowse/signin'),
  signIn: (email: string, password: string) =>
    call<User>('POST', '/opencobrowse/signin', { email, password }),
  signOut: () => call<void>('POST', '/opencobrowse/signout'),
  sessions: () => call<{ entities: Session[] }>('GET', '/opencobrowse/sessions'),
  session: (id: string) => call<Session>('GET', at(id)),
  end: (id: string) => call<Session>('POST', `${at(id)}/end`),
  colleagues: (id: string) => call<{ entities: Colleague[] }>('GET', `${at(id)}/colleagues`),
  transfer: ({ conversationId, agentParticipantId }: Session, userId: string) =>
    call<void>(
      'POST',
      `/conversations/cobrowsesessions/${conversationId}/participants/${agentParticipantId}/replace`,
      { userId },
    ),
  ticket: (id: string) => call<ViewerTicket>('POST', `${at(id)}/ticket`),
  channel: () => call<Channel>('POST', '/notifications/channels'),
  subscribe: (channelId: string, topic: string) =>
    call<unknown>('PUT', `/notifications/channels/${channelId}/subscriptions`, [{ id: topic }]),
  join: (token: string) => call<Invitation>('POST', '/opencobrowse/join', { token }),
};
