import { CLOSE_TRANSFERRED, type SessionState } from '@opencobrowse/protocol';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, api, type Session, type User } from '../api.ts';
import type { Cursors } from '../cursors.ts';
import { type Size, scaleOf, step, type Zoom } from '../fit.ts';
import { useSize } from '../hooks.ts';
import { Viewer } from '../viewer.ts';
import { useWork, type Work } from '../work.ts';
import { useKeys } from './keys.ts';
import { Panel } from './Panel.tsx';
import { explain } from './Session.tsx';
import { SessionBar } from './SessionBar.tsx';
import { Stage } from './Stage.tsx';
import { ToolRow, use } from './ToolRow.tsx';
import { Transfer } from './Transfer.tsx';
import { Waiting } from './Waiting.tsx';
import { ZoomBar } from './ZoomBar.tsx';

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

/** The page is shown and alive: pointers and tools work. */
export function shownAlive(picture: Picture, session: Session): boolean {
  const state = picture.state?.state ?? session.state;
  return state === 'active' && picture.connected && picture.pictured && picture.state?.sharing === true;
}

/** What the style sheet keeps free around the mirror. */
const MARGIN = 32;
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
  const stage = useRef<HTMLDivElement>(null);
  const viewer = useRef<Viewer>(null);
  const work = useWork(session, picture, viewer);
  useViewer(props, root, cursors, viewer, work, setPicture);
  const room = useSize(stage);
  const scale = scaleOf(zoom, picture.size, { width: room.width - MARGIN, height: room.height - MARGIN });

  const state = picture.state?.state ?? session.state;
  // Once for each new state.
  useEffect(() => {
    if (state !== session.state) props.onMoved();
  }, [state]);
  useKeys(shortcuts(work, scale, setZoom), shownAlive(picture, session));
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
        work={work}
        peer={viewer.current?.peer ?? 0}
        ending={ending}
        onEnd={end}
        onTransfer={() => setChoosing(true)}
        panel={panel}
        onPanel={() => setPanel(!panel)}
      />
      {choosing && <Transfer session={session} onDone={props.onMoved} onClose={() => setChoosing(false)} />}
      {state !== 'initiated' && (
        <ToolRow session={session} picture={picture} work={work}>
          <ZoomBar zoom={zoom} scale={scale} size={picture.size} onZoom={setZoom} />
        </ToolRow>
      )}
      <div class="session-body">
        <Stage
          session={session}
          user={user}
          picture={picture}
          work={work}
          zoom={zoom}
          scale={scale}
          onZoom={setZoom}
          stage={stage}
          root={root}
          cursors={cursors}
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

function shortcuts(work: Work, scale: number, setZoom: (zoom: Zoom) => void): Record<string, () => void> {
  return {
    p: () => use('point', work),
    h: () => use('highlight', work),
    c: () => use('control', work),
    s: () => use('suggest', work),
    f: () => work.setFollow(!work.follow),
    '0': () => setZoom('fit'),
    '1': () => setZoom(1),
    '+': () => setZoom(step(scale, 1)),
    '=': () => setZoom(step(scale, 1)),
    '-': () => setZoom(step(scale, -1)),
  };
}

/** Open the viewer once for this session, and close it with the page. */
function useViewer(
  { session, onOver, onMoved, onSignedOut, onProblem }: LiveProps,
  root: { current: HTMLDivElement | null },
  cursors: { current: Cursors | null },
  viewer: { current: Viewer | null },
  work: Work,
  setPicture: (change: (before: Picture) => Picture) => void,
): void {
  const hands = useRef(work);
  hands.current = work;
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
        const keys = new Set([...here, 'me', ...(state.sharing ? ['customer'] : [])]);
        cursors.current?.keep(keys);
        hands.current.desk.current?.marks.keep((key) => !/^(?:\d+|customer)$/.test(key) || keys.has(key));
        set({ state });
      },
      end: onOver,
      transferred: onMoved,
      size: (width, height) => set({ size: { width, height } }),
      connected: (connected) => {
        if (!connected) hands.current.desk.current?.doing.forget();
        set(connected ? { connected, everConnected: true } : { connected });
      },
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
      fresh: () => hands.current.fresh(),
      said: (message) => hands.current.heard(message),
      unsafe: () => onProblem(UNSAFE),
    });
    viewer.current = opened;
    return () => {
      viewer.current = null;
      opened.close();
    };
  }, [session.id]);
}
