/** Calls to the server, with the cookie that only it reads. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface SessionAnswer {
  id: string;
  state: string;
  agentName: string;
  customerName: string | null;
  joinCode: string;
  joinUrl: string;
  createdTime: string;
  cobrowseType: 'view' | 'control';
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`/api/v2${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    }),
  });
  const text = await answer.text();
  const parsed = text ? JSON.parse(text) : undefined;
  if (!answer.ok) throw new ApiError(answer.status, parsed?.message ?? answer.statusText);
  return parsed as T;
}

export const api = {
  me: () => call<{ id: string; name: string; email: string }>('GET', '/users/me'),
  signIn: (email: string, password: string) =>
    call<unknown>('POST', '/opencobrowse/signin', { email, password }),
  signOut: () => call<unknown>('POST', '/opencobrowse/signout'),
  sessions: () => call<{ entities: SessionAnswer[] }>('GET', '/opencobrowse/sessions'),
  session: (id: string) => call<SessionAnswer>('GET', `/opencobrowse/sessions/${id}`),
  ticket: (id: string) =>
    call<{ ticket: string; websocketUrl: string }>('POST', `/opencobrowse/sessions/${id}/ticket`),
};
