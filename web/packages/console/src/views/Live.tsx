import { CLOSE_TRANSFERRED, type SessionState } from '@opencobrowse/protocol';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, api, type Session, type User } from '../api.ts';
import type { Cursors } from '../cursors.ts';
import type { Size, Zoom } from '../fit.ts';
import { Viewer } from '../viewer.ts';
import { Panel } from './Panel.tsx';
import { explain } from './Session.tsx';
import { SessionBar } from './SessionBar.tsx';
import { Stage } from './Stage.tsx';
import { Transfer } from './Transfer.tsx';
import { Waiting } from './Waiting.tsx';

export interface LiveProps {
  session: Session;
  user: User;
  onOver: (reason: string) => void;
  /** The session moved on: its times are worth asking for again. */
  onMoved: () => void;
  onSignedOut: () => void;
  onProblem: (problem: { title: string; text: string }) => void;
}

/** What the whole live page is drawn from. */
export interface Picture {
  state: SessionState | undefined;
  connected: boolean;
  everConnected: boolean;
  latency: number | undefined;
  size: Size;
  pictured: boolean;
}

const NOTHING: Picture = {
  state: undefined,
  connected: false,
  everConnected: false,
  latency: undefined,
  size: { width: 0, height: 0 },
  pictured: false,
};

const REVOKED = 4506;
const VERSION = 4501;
const UNSAFE = {
  title: 'The view was closed for your safety',
  text: 'The frame around the customer’s page was changed by something on this computer, perhaps a browser extension.',
};

export function Live(props: LiveProps) {
  const { session, user } = props;
  const [picture, setPicture] = useState(NOTHING);
  const [zoom, setZoom] = useState<Zoom>('fit');
  const [panel, setPanel] = useState(() => innerWidth >= 1200);
  const [ending, setEnding] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const cursors = useRef<Cursors>(null);
  const viewer = useViewer(props, root, cursors, setPicture);

  const state = picture.state?.state ?? session.state;
  // Once for each new state.
  useEffect(() => {
    if (state !== session.state) props.onMoved();
  }, [state]);
  const end = (): void => {
    setEnding(true);
    api.end(session.id).then(
      (after) => props.onOver(after.endReason ?? 'agent'),
      (error) => {
        setEnding(false);
        if (error instanceof ApiError && error.status === 401) props.onSignedOut();
      },
    );
  };
  return (
    <main class="session" data-state={state} data-connected={picture.connected}>
      <SessionBar
        session={session}
        picture={picture}
        peer={viewer.current?.peer ?? 0}
        ending={ending}
        onEnd={end}
        onTransfer={() => setChoosing(true)}
        panel={panel}
        onPanel={() => setPanel(!panel)}
      />
      {choosing && <Transfer session={session} onDone={props.onMoved} onClose={() => setChoosing(false)} />}
      <div class="session-body">
        <Stage
          session={session}
          user={user}
          picture={picture}
          zoom={zoom}
          onZoom={setZoom}
          root={root}
          cursors={cursors}
          viewer={viewer}
        >
          {state === 'initiated' && <Waiting session={session} />}
        </Stage>
        {panel && state !== 'initiated' && (
          <Panel session={session} picture={picture} peer={viewer.current?.peer ?? 0} user={user} />
        )}
      </div>
    </main>
  );
}

/** Open the viewer once for this session, and close it with the page. */
function useViewer(
  { session, onOver, onMoved, onSignedOut, onProblem }: LiveProps,
  root: { current: HTMLDivElement | null },
  cursors: { current: Cursors | null },
  setPicture: (change: (before: Picture) => Picture) => void,
): { current: Viewer | null } {
  const viewer = useRef<Viewer>(null);
  const names = useRef(new Map<number, string>());
  const set = useCallback(
    (part: Partial<Picture>) => setPicture((before) => ({ ...before, ...part })),
    [setPicture],
  );
  const customer = session.customerName ?? 'Customer';
  // The socket lives as long as the session's id.
  useEffect(() => {
    if (!root.current) return;
    const opened = new Viewer(session.id, root.current, {
      state: (state) => {
        names.current = new Map(state.viewers?.map(({ peer, name }) => [peer, name]));
        const here = state.viewers?.map(({ peer }) => String(peer)) ?? [];
        cursors.current?.keep(new Set([...here, 'me', ...(state.sharing ? ['customer'] : [])]));
        set({ state });
      },
      end: onOver,
      transferred: onMoved,
      size: (width, height) => set({ size: { width, height } }),
      connected: (connected) => set(connected ? { connected, everConnected: true } : { connected }),
      refused: (code, error) => {
        if (code === CLOSE_TRANSFERRED) onMoved();
        else if (code === REVOKED || (error instanceof ApiError && error.status === 401)) onSignedOut();
        else if (error instanceof ApiError) {
          onMoved(); // it may have gone to a colleague while the socket was away
          onProblem(explain(error));
        } else if (code === VERSION)
          onProblem({ title: 'Reload this page', text: 'The server was updated.' });
        else onOver('');
      },
      latency: (latency) => set({ latency }),
      pointer: (peer, pointer) => {
        const key = peer === 0 ? 'customer' : String(peer);
        const name = peer === 0 ? customer : (names.current.get(peer) ?? 'Agent');
        cursors.current?.show(key, name, pointer);
      },
      picture: () => set({ pictured: true }),
      unsafe: () => onProblem(UNSAFE),
    });
    viewer.current = opened;
    return () => {
      viewer.current = null;
      opened.close();
    };
  }, [session.id]);
  return viewer;
}
