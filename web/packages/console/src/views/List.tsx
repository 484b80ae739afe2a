import { useCallback, useState } from 'preact/hooks';
import { ApiError, api, type Session, type User } from '../api.ts';
import { useNews, useNow, usePoll, useTitle } from '../hooks.ts';
import { Icon } from '../icons.tsx';
import { follow } from '../route.ts';
import { ago, grouped, STATE, span } from '../words.ts';
import { Chip, Code, Copy, Notice } from './parts.tsx';

const EVERY_MS = 3000;
const TOLD_EVERY_MS = 60_000;
const LIVE = new Set(['initiated', 'active', 'paused']);

export function List({ user, onSignedOut }: { user: User; onSignedOut: () => void }) {
  useTitle('Sessions · opencobrowse');
  const [sessions, setSessions] = useState<Session[]>();
  const [stale, setStale] = useState(false);
  const [refused, setRefused] = useState(false);
  const [told, setTold] = useState(false);
  const work = async (): Promise<void> => {
    try {
      setSessions((await api.sessions()).entities);
      setStale(false);
      setRefused(false);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onSignedOut();
      else if (error instanceof ApiError && error.status === 403) setRefused(true);
      else setStale(true);
    }
  };
  const look = usePoll(work, told && !stale && !refused ? TOLD_EVERY_MS : EVERY_MS);
  useNews(
    user.id,
    useCallback(
      (listening) => {
        setTold(listening);
        if (listening) look();
      },
      [look],
    ),
  );
  const live = sessions?.filter((session) => LIVE.has(session.state)) ?? [];
  const over = sessions?.filter((session) => !LIVE.has(session.state)) ?? [];
  if (refused) return <NoAgent user={user} />;
  return (
    <main class="page">
      <div class="page-head">
        <h1>Sessions</h1>
        <p class="muted" aria-live="polite">
          {stale ? 'The server cannot be reached. Trying again…' : sessions && counted(live.length)}
        </p>
      </div>
      {sessions?.length === 0 && <Empty user={user} />}
      {live.length > 0 && <Table sessions={live} name="Live and waiting" />}
      {over.length > 0 && <Table sessions={over} name="Over" past />}
      {!sessions && !stale && <p class="muted">Loading…</p>}
    </main>
  );
}

/** Asked again all the while: the list appears once they are one. */
function NoAgent({ user }: { user: User }) {
  return (
    <main class="over">
      <Notice icon="shield" title="You are not an agent yet">
        <p>
          {user.email} lacks the permission <code>cobrowse:agent</code>. Ask whoever runs this server for it;
          this page then changes by itself.
        </p>
      </Notice>
    </main>
  );
}

function counted(live: number): string {
  if (live === 0) return 'None is live. New ones appear here by themselves.';
  return live === 1 ? 'One is live or waiting.' : `${live} are live or waiting.`;
}

function Table({ sessions, name, past = false }: { sessions: Session[]; name: string; past?: boolean }) {
  const now = useNow();
  return (
    <section class="card">
      <table class="sessions">
        <caption>{name}</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Customer</th>
            <th scope="col">Type</th>
            <th scope="col">Started</th>
            <th scope="col">{past ? 'Lasted' : 'Join code'}</th>
            <th scope="col">
              <span class="unseen">Open</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <Row key={session.id} session={session} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ session, now }: { session: Session; now: number }) {
  const { text, tone } = STATE[session.state];
  const created = Date.parse(session.createdTime);
  const customer = session.customerName ?? 'Customer without a name';
  return (
    <tr data-session={session.id}>
      <td>
        <Chip tone={tone}>{text}</Chip>
      </td>
      <td class="strong">{customer}</td>
      <td>{session.cobrowseType === 'control' ? 'View and control' : 'View'}</td>
      <td>
        <time dateTime={session.createdTime} title={new Date(created).toLocaleString()}>
          {ago(created, now)}
        </time>
      </td>
      <td>
        <Last session={session} />
      </td>
      <td class="end">
        <a
          class={LIVE.has(session.state) ? 'button button-main' : 'button'}
          href={`/console/sessions/${session.id}`}
          onClick={follow}
          aria-label={`Open the session with ${customer}`}
        >
          {LIVE.has(session.state) ? 'Open' : 'Details'}
        </a>
      </td>
    </tr>
  );
}

/** The code while it can be used; how long it lasted when it is over. */
function Last({ session }: { session: Session }) {
  if (session.state === 'initiated') {
    return (
      <span class="joincode">
        <span class="mono">{grouped(session.joinCode)}</span>
        <Copy text={session.joinCode} label="Copy the join code" quiet />
      </span>
    );
  }
  if (LIVE.has(session.state)) return <span class="muted">used</span>;
  if (!session.acceptedTime || !session.endedTime) return <span class="muted">never shared</span>;
  return <>{span((Date.parse(session.endedTime) - Date.parse(session.acceptedTime)) / 1000)}</>;
}

function Empty({ user }: { user: User }) {
  const { origin } = location;
  const cli = `opencobrowse start --conversation CONVERSATION_ID --agent ${user.id} --wait`;
  const curl = [
    `curl -X POST ${origin}/api/v2/conversations/CONVERSATION_ID/cobrowse \\`,
    '  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\',
    `  -d '{"agentId": "${user.id}", "cobrowseType": "view"}'`,
  ].join('\n');
  return (
    <section class="card empty">
      <Icon name="eye" />
      <h2>No session yet</h2>
      <p class="muted">
        Sessions start from code: one call for a conversation that you are in, and it appears here. The agent
        id in these lines is yours.
      </p>
      <h3>From a shell</h3>
      <Code text={cli} label="Copy the command" />
      <h3>From any program</h3>
      <Code text={curl} label="Copy the request" />
    </section>
  );
}
