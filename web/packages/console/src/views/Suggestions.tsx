import { Icon } from '../icons.tsx';
import type { Work } from '../work.ts';

/** What was suggested, and what the customer says to it. */
export function Suggestions({ work, customer }: { work: Work; customer: string }) {
  return (
    <ul class="suggestions" aria-label="Suggestions" aria-live="polite">
      {work.suggestions.map(({ id, text, answer, done }) => (
        <li key={id} data-suggestion={answer === undefined ? 'waiting' : done ? 'accepted' : 'declined'}>
          <Icon name={done ? 'check' : 'suggest'} />
          <span>
            <strong>{text}</strong>
            <small>{done ? 'Accepted and done' : (answer ?? `Waiting for ${customer}`)}</small>
          </span>
          <button type="button" class="button button-quiet" onClick={() => work.dismiss(id)}>
            {answer === undefined ? 'Withdraw' : 'Dismiss'}
          </button>
        </li>
      ))}
    </ul>
  );
}
