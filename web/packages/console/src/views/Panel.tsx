import type { Session, User } from '../api.ts';
import { holderOf } from '../control/grip.ts';
import { Icon } from '../icons.tsx';
import { grouped } from '../words.ts';
import type { Picture } from './Live.tsx';
import { Copy } from './parts.tsx';

/** What one wants to know beside the picture. */
export function Panel({
  session,
  picture,
  peer,
  user,
}: {
  session: Session;
  picture: Picture;
  peer: number;
  user: User;
}) {
  const viewers = picture.state?.viewers ?? [];
  const { width, height } = picture.size;
  return (
    <aside class="panel" aria-label="Details">
      <section>
        <h2>Viewing</h2>
        <ul class="viewers">
          {viewers.map((viewer) => (
            <li key={viewer.peer}>
              <span class={`swatch cursor-${viewer.peer === peer ? 'me' : `viewer-${viewer.peer % 6}`}`} />
              {viewer.name || user.name}
              {viewer.peer === peer && <span class="muted"> (this window)</span>}
            </li>
          ))}
        </ul>
      </section>
      {(session.cobrowseType === 'control' || picture.state?.controller) && (
        <Control picture={picture} peer={peer} />
      )}
      <section>
        <h2>Customer</h2>
        <dl class="facts">
          <div>
            <dt>Name</dt>
            <dd>{session.customerName ?? 'Not named'}</dd>
          </div>
          <div>
            <dt>Viewport</dt>
            <dd class="mono">{width ? `${width} × ${height}` : '—'}</dd>
          </div>
          <div>
            <dt>Agreed</dt>
            <dd>{session.acceptedTime ? new Date(session.acceptedTime).toLocaleTimeString() : '—'}</dd>
          </div>
          <div>
            <dt>Join code</dt>
            <dd class="mono">{grouped(session.joinCode)}</dd>
          </div>
        </dl>
      </section>
      <section>
        <h2>Session</h2>
        <dl class="facts">
          <div>
            <dt>Type</dt>
            <dd>{session.cobrowseType === 'control' ? 'View and control' : 'View'}</dd>
          </div>
          <div>
            <dt>Conversation</dt>
            <dd class="copyable">
              <span class="mono clip" title={session.conversationId}>
                {session.conversationId}
              </span>
              <Copy text={session.conversationId} label="Copy the conversation's id" quiet />
            </dd>
          </div>
        </dl>
      </section>
      <p class="promise">
        <Icon name="shield" />
        What is typed or chosen stays masked unless the site shows it. Passwords and card fields always do.
      </p>
    </aside>
  );
}

const GRANT = {
  none: 'Not given. The customer has not allowed you to act on their page.',
  pending: 'Asked. The customer is deciding.',
  held: 'Given. The customer allowed you to act on their page.',
} as const;

function Control({ picture, peer }: { picture: Picture; peer: number }) {
  const grant = picture.state?.control ?? 'none';
  const other = picture.state?.controller && picture.state.controller !== peer;
  return (
    <section>
      <h2>Control</h2>
      <p class={`grant grant-${grant}`} data-control={grant}>
        <Icon name="hand" />
        {other ? `${holderOf(picture.state)} asked for it or has it.` : GRANT[grant]}
      </p>
    </section>
  );
}
