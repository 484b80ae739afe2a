import type { OpenError, Opening } from '@opencobrowse/link';
import type { Config } from './config.ts';

const ANSWER_WITHIN_MS = 15_000;

/** Register this page and get a ticket for its socket. `named`: say where it is. Rejects with an `OpenError`. */
export async function register(config: Config & { origin: string }, named: boolean): Promise<Opening> {
  const { deployment, externalId, externalToken, origin } = config;
  const answer = await fetch(`${origin}/api/v2/opencobrowse/pages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    credentials: 'omit',
    referrerPolicy: 'origin',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    body: JSON.stringify({
      deploymentId: deployment,
      externalId,
      externalToken: typeof externalToken === 'function' ? await externalToken() : externalToken,
      // Where join links lead; never the query. In a session it is nobody's business: the page may be withheld.
      ...(named && { pageUrl: location.origin + location.pathname }),
    }),
  });
  const body = await answer.json();
  if (answer.ok) return body;
  const { status } = answer;
  const final = status < 500 && status !== 408 && status !== 429;
  if (final) console.warn(`[opencobrowse] ${body.message} ${body.help?.summary ?? ''}`);
  throw Object.assign(new Error(body.message) as OpenError, {
    final,
    retryAfter: Number(answer.headers.get('Retry-After') ?? 0),
  });
}
