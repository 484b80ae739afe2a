import type { Session } from '../api.ts';
import { useNow } from '../hooks.ts';
import { Icon } from '../icons.tsx';
import { delivery, grouped, span } from '../words.ts';
import { Copy } from './parts.tsx';

/** The offer is out: how the customer can answer it, and until when. */
export function Waiting({ session }: { session: Session }) {
  const left = Math.max(0, (Date.parse(session.dateOfferEnds) - useNow()) / 1000);
  const customer = session.customerName ?? 'the customer';
  return (
    <section class="waiting" aria-labelledby="waiting-title">
      <div class="waiting-card">
        <span class="ripple" aria-hidden="true">
          <Icon name="eye" />
        </span>
        <h2 id="waiting-title">Waiting for {customer} to agree</h2>
        <p class="muted">
          Their page opens here as soon as they press “Allow”. The offer ends in{' '}
          <strong class="mono" role="timer" data-left={Math.ceil(left)}>
            {span(left)}
          </strong>
          .
        </p>
        <div class="bigcode">
          <div>
            <span class="label">Join code</span>
            <output class="mono" data-code={session.joinCode}>
              {grouped(session.joinCode)}
            </output>
          </div>
          <Copy text={session.joinCode} label="Copy code" />
        </div>
        <div class="joinlink">
          <label class="field">
            <span>Join link</span>
            <input class="mono" readOnly value={session.joinUrl} onFocus={(e) => e.currentTarget.select()} />
          </label>
          <Copy text={session.joinUrl} label="Copy link" />
        </div>
        <h3>How they are reached</h3>
        <ul class="deliveries" aria-live="polite">
          {session.deliveries.map((one) => {
            const { text, tone } = delivery(one);
            return (
              <li key={one.channel + one.address}>
                <span class={`dot tone-${tone}`} aria-hidden="true" />
                {text}
              </li>
            );
          })}
          <li>
            <span class="dot tone-wait" aria-hidden="true" />
            Or read them the code: they type it on your site
          </li>
        </ul>
      </div>
    </section>
  );
}
