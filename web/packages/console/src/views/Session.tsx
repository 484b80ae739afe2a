import { useEffect, useState } from 'preact/hooks';
import { ApiError, api, type Session, type User } from '../api.ts';
import { usePoll, useTitle } from '../hooks.ts';
import { follow } from '../route.ts';
import { Live } from './Live.tsx';
import { Over } from './Over.tsx';
import { Notice } from './parts.tsx';

type Problem = { title: string; text: string };

const WAITING_MS = 4000;
const BACK = (
  <a class="button button-main" href="/console" onClick={follow}>
    Back to your sessions
  </a>
);

/** One session by its id: asked for, then live until it is over. */
export function SessionView({ id, user, onSignedOut }: { id: string; user: User; onSignedOut: () => void }) {
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<Problem>();
  const fetchNow = async (): Promise<void> => {
    try {
      setSession(await api.session(id));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onSignedOut();
      else if (error instanceof ApiError && error.final) setProblem(explain(error));
    }
  };
  const away = session !== undefined && session.agentId !== user.id;
  // Deliveries change without a word on the socket: who has a page open is asked for while we wait. So is
  // whether a session comes back that went to a colleague.
  const waiting = !session || away || session.state === 'initiated';
  usePoll(fetchNow, WAITING_MS, waiting && problem === undefined);
  useTitle(session?.customerName ? `${session.customerName} · opencobrowse` : 'Session · opencobrowse');
  const [ended, setEnded] = useState<string>();
  const reload = (reason: string): void => {
    setEnded(reason);
    void fetchNow();
  };
  useEffect(() => setEnded(undefined), [id]);

  if (session && away) return <Transferred session={session} />;
  if (problem) {
    return (
      <main class="over">
        <Notice icon="shield" tone="bad" title={problem.title} action={BACK}>
          <p>{problem.text}</p>
        </Notice>
      </main>
    );
  }
  if (!session) return <main class="page muted">Opening the session…</main>;
  const over = ended !== undefined || !['initiated', 'active', 'paused'].includes(session.state);
  if (over)
    return <Over session={session} reason={ended || session.endReason || session.state} back={BACK} />;
  return (
    <Live
      session={session}
      user={user}
      onOver={reload}
      onMoved={fetchNow}
      onSignedOut={onSignedOut}
      onProblem={setProblem}
    />
  );
}

/** It was theirs: where it went. What becomes of it is not theirs to follow. */
function Transferred({ session }: { session: Session }) {
  const to = session.agentName || 'another agent';
  return (
    <main class="over" data-reason="transfer">
      <Notice icon="transfer" title={`Transferred to ${to}`} action={BACK}>
        <p role="status">
          {to} goes on with {session.customerName ?? 'the customer'}. You no longer see the page.
        </p>
      </Notice>
    </main>
  );
}

export function explain(error: ApiError): Problem {
  if (error.status === 404) {
    return {
      title: 'This session is not yours to see',
      text: 'There is no such session, or another agent was named when it was started. Check the link, or sign in as that agent.',
    };
  }
  if (error.status === 403) {
    return {
      title: 'You may not open this session',
      text: 'Only the agent who was named when it was started may, with the permission cobrowse:agent.',
    };
  }
  return { title: 'This session cannot be opened', text: error.message };
}
