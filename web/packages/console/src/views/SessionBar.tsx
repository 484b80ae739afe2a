import type { Session } from '../api.ts';
import { useNow } from '../hooks.ts';
import { Icon } from '../icons.tsx';
import { follow } from '../route.ts';
import { quality, STATE, span, type Tone } from '../words.ts';
import type { Work } from '../work.ts';
import type { Picture } from './Live.tsx';
import { Navigation } from './Navigation.tsx';
import { Chip } from './parts.tsx';

interface BarProps {
  session: Session;
  picture: Picture;
  work: Work;
  peer: number;
  ending: boolean;
  onEnd: () => void;
  onTransfer: () => void;
  panel: boolean;
  onPanel: () => void;
}

export function SessionBar(props: BarProps) {
  const { session, picture, work, peer, ending, onEnd, onTransfer, panel, onPanel } = props;
  const drives = work.tool === 'control' && work.grip === 'held' && work.may.navigation;
  const { text, tone } = condition(session, picture);
  const waiting = (picture.state?.state ?? session.state) === 'initiated';
  return (
    <div class="sessionbar">
      <a class="button button-quiet" href="/console" onClick={follow} aria-label="Back to your sessions">
        <Icon name="back" />
      </a>
      <div class="sessionbar-who">
        <h1 class="sessionbar-name">
          <span class="unseen">Session with </span>
          {session.customerName ?? 'Customer'}
        </h1>
        <span id="state" role="status">
          <Chip tone={tone}>{text}</Chip>
        </span>
      </div>
      {!waiting && (drives ? <Navigation work={work} picture={picture} /> : <PageName picture={picture} />)}
      <div class="sessionbar-end">
        {!waiting && <Others picture={picture} peer={peer} />}
        {!waiting && <Speed latency={picture.state?.sharing ? picture.latency : undefined} />}
        {!waiting && <Elapsed session={session} />}
        {!waiting && (
          <button
            type="button"
            class="button button-quiet"
            aria-pressed={panel}
            aria-label="Details"
            title="Details"
            onClick={onPanel}
          >
            <Icon name="panel" />
          </button>
        )}
        <button type="button" class="button" data-action="transfer" title="Transfer" onClick={onTransfer}>
          <Icon name="transfer" />
          <span class="sessionbar-word">Transfer</span>
        </button>
        <button
          type="button"
          class={waiting ? 'button' : 'button button-end'}
          data-action="end"
          onClick={onEnd}
          disabled={ending}
        >
          {!waiting && <Icon name="stop" />}
          <span>{waiting ? 'Take the offer back' : 'End'}</span>
        </button>
      </div>
    </div>
  );
}

/** One state for the whole session, the worst first. */
export function condition(session: Session, picture: Picture): { text: string; tone: Tone } {
  const state = picture.state?.state ?? session.state;
  if (!picture.connected && picture.everConnected) return { text: 'Reconnecting', tone: 'warn' };
  if (!picture.connected && state !== 'initiated') return { text: 'Connecting', tone: 'wait' };
  if (state === 'active' && picture.state && !picture.state.sharing) {
    return { text: 'Customer offline', tone: 'warn' };
  }
  return STATE[state];
}

function PageName({ picture }: { picture: Picture }) {
  const page = picture.state?.page;
  return (
    <div class="address" title={page?.url ?? ''}>
      <span class="address-title">{page?.title || 'The customer’s page'}</span>
      <span class="address-url mono">{page?.url?.replace(/^https?:\/\//, '')}</span>
    </div>
  );
}

function Speed({ latency }: { latency: number | undefined }) {
  if (latency === undefined) {
    return (
      <span class="measure" title="No answer from the customer's page yet">
        <span class="dot tone-done" aria-hidden="true" />
        <span id="latency">— ms</span>
      </span>
    );
  }
  const { text, tone } = quality(latency);
  const shown = latency < 1 ? '<1' : Math.round(latency);
  return (
    <span class="measure" title="From the customer's page to you, one way">
      <span class={`dot tone-${tone}`} aria-hidden="true" />
      <span id="latency" class="mono" data-ms={latency.toFixed(2)}>
        {shown} ms
      </span>
      <span class="measure-word">{text}</span>
    </span>
  );
}

function Elapsed({ session }: { session: Session }) {
  const now = useNow();
  const since = Date.parse(session.acceptedTime ?? '') || now;
  return (
    <span class="measure" title="Shared for">
      <Icon name="clock" />
      <span class="mono">{span((now - since) / 1000)}</span>
    </span>
  );
}

function Others({ picture, peer }: { picture: Picture; peer: number }) {
  const others = picture.state?.viewers?.filter((viewer) => viewer.peer !== peer) ?? [];
  if (others.length === 0) return null;
  const names = others.map((viewer) => viewer.name).join(', ');
  return (
    <span class="measure" title={`Also viewing: ${names}`}>
      <Icon name="eye" />
      <span>
        +{others.length}
        <span class="unseen"> also viewing: {names}</span>
      </span>
    </span>
  );
}
