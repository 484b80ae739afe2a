import type { Session } from '../api.ts';
import { holderOf, TOOLS, type Tool } from '../control/grip.ts';
import { TOOL } from '../control/say.ts';
import { Icon, type IconName } from '../icons.tsx';
import { span } from '../words.ts';
import { useSecondsTo, type Work } from '../work.ts';
import { type Picture, shownAlive } from './Live.tsx';
import { Chip } from './parts.tsx';

const ICON: Record<Tool, IconName> = {
  point: 'pointer',
  highlight: 'outline',
  control: 'hand',
  suggest: 'suggest',
};

interface RowProps {
  session: Session;
  picture: Picture;
  work: Work;
  children: preact.ComponentChildren;
}

/** Under the session's bar: the tools, what is going on with control, and how the page is looked at. */
export function ToolRow({ session, picture, work, children }: RowProps) {
  const live = shownAlive(picture, session);
  return (
    <div class="toolrow">
      <div class="tools" role="toolbar" aria-label="Tools">
        {TOOLS.map((tool) => (
          <ToolButton key={tool} tool={tool} live={live} work={work} picture={picture} />
        ))}
      </div>
      <div class="control-state">
        <ControlState work={work} picture={picture} session={session} />
        <span class={`said said-${work.said.tone}`} role="status">
          {work.said.text}
        </span>
      </div>
      <div class="toolrow-end">
        <button
          type="button"
          class="button button-quiet"
          aria-pressed={work.follow}
          aria-keyshortcuts="F"
          disabled={!live}
          onClick={() => work.setFollow(!work.follow)}
          title={work.follow ? 'The page is where the customer is. Look round alone (F)' : 'Go back (F)'}
        >
          <Icon name="eye" />
          <span class="tool-word">Follow</span>
        </button>
        {children}
      </div>
    </div>
  );
}

/** Why a tool is not offered now; undefined where it is. */
export function notNow(tool: Tool, work: Work, picture: Picture, live: boolean): string | undefined {
  if (!live) return 'Nothing is shared at the moment';
  if (tool !== 'control' && tool !== 'suggest') return undefined;
  if (!work.may.control) return 'This site does not let agents act on its pages';
  if (tool === 'control' && work.grip === 'other') return `${holderOf(picture.state)} has control`;
  return undefined;
}

function ToolButton({
  tool,
  live,
  work,
  picture,
}: {
  tool: Tool;
  live: boolean;
  work: Work;
  picture: Picture;
}) {
  const { name, key, hint } = TOOL[tool];
  const why = notNow(tool, work, picture, live);
  const asks = tool === 'control' && (work.grip === 'none' || work.grip === 'asking');
  const label = asks ? 'Ask for control' : name;
  return (
    <button
      type="button"
      class="button button-quiet tool"
      data-tool={tool}
      aria-pressed={!asks && work.tool === tool}
      aria-label={label}
      aria-keyshortcuts={key}
      aria-disabled={why !== undefined || work.grip === 'asking'}
      disabled={why !== undefined || (asks && work.grip === 'asking')}
      title={why ?? `${asks ? 'The customer is asked whether you may act on their page' : hint} (${key})`}
      onClick={() => use(tool, work)}
    >
      <Icon name={ICON[tool]} />
      <span class="tool-word">{label}</span>
      <kbd>{key}</kbd>
    </button>
  );
}

function focusOf(work: Work): { node?: number } {
  const node = work.desk.current?.focus;
  return node ? { node } : {};
}

/** Take a tool, or ask for what it needs. */
export function use(tool: Tool, work: Work): void {
  if (tool !== 'control' || work.grip === 'held') work.take(tool);
  else if (work.grip === 'none') work.ask();
}

function ControlState({ work, picture, session }: Omit<RowProps, 'children'>) {
  if (work.grip === 'asking') return <Asking work={work} customer={session.customerName ?? 'the customer'} />;
  if (work.grip === 'other') return <Chip tone="wait">{holderOf(picture.state)} has control</Chip>;
  if (work.grip === 'none') return null;
  return (
    <>
      <Chip tone="good">You have control</Chip>
      {work.tool === 'control' && (
        <button
          type="button"
          class="button button-quiet"
          title="Press Escape on the customer’s page. Your own Escape key leaves the page"
          onClick={() => work.act({ kind: 'key', key: 'Escape', ...focusOf(work) })}
        >
          Send Esc
        </button>
      )}
      <button type="button" class="button" data-action="release" onClick={work.release}>
        Release
      </button>
    </>
  );
}

function Asking({ work, customer }: { work: Work; customer: string }) {
  const left = useSecondsTo(work.askedUntil);
  return (
    <>
      <span class="asking">
        Waiting for {customer}{' '}
        <strong class="mono" role="timer" data-left={left}>
          {span(left)}
        </strong>
      </span>
      <button type="button" class="button" data-action="withdraw" onClick={work.release}>
        Cancel
      </button>
    </>
  );
}
