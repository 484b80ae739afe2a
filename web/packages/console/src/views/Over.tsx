import type { ComponentChildren } from 'preact';
import type { Session } from '../api.ts';
import type { IconName } from '../icons.tsx';
import { ending, span } from '../words.ts';
import { Notice } from './parts.tsx';

const ICONS: Record<string, IconName> = {
  declined: 'hand',
  expired: 'clock',
  'customer.lost': 'offline',
  timeout: 'clock',
};

export function Over({
  session,
  reason,
  back,
}: {
  session: Session;
  reason: string;
  back: ComponentChildren;
}) {
  const { title, text } = ending(reason);
  const { acceptedTime, endedTime } = session;
  return (
    <main class="over" data-state={session.state} data-reason={reason}>
      <Notice icon={ICONS[reason] ?? 'stop'} title={title} action={back}>
        <p role="status">{text}</p>
        <dl class="facts">
          <div>
            <dt>Customer</dt>
            <dd>{session.customerName ?? 'Not named'}</dd>
          </div>
          <div>
            <dt>Started</dt>
            <dd>{new Date(session.createdTime).toLocaleString()}</dd>
          </div>
          <div>
            <dt>Shared for</dt>
            <dd>
              {acceptedTime && endedTime
                ? span((Date.parse(endedTime) - Date.parse(acceptedTime)) / 1000)
                : acceptedTime
                  ? '…'
                  : 'Never shared'}
            </dd>
          </div>
        </dl>
      </Notice>
    </main>
  );
}
