/** What was suggested to the customer, and what they said. */

import type { Action } from '@opencobrowse/protocol';
import type { Facts } from '@opencobrowse/replay';
import { useRef, useState } from 'preact/hooks';
import type { Desk } from './desk.ts';
import type { Outcome } from './doing.ts';
import { deed as inWords, outcome } from './say.ts';

export interface Suggestion {
  id: number;
  /** What was suggested: "click", "type “tea”". */
  text: string;
  /** Undefined while the customer decides. */
  answer: string | undefined;
  done: boolean;
}

/** Answered ones that are kept to be read. */
const KEPT = 4;

export interface Suggestions {
  shown: {
    suggestions: Suggestion[];
    suggest(facts: Facts, action: Action): void;
    /** Take one back that waits; take an answered one off the list. */
    dismiss(id: number): void;
  };
  answered(outcome: Outcome): void;
}

export function useSuggestions(desk: { current: Desk | null }): Suggestions {
  const [suggestions, set] = useState<Suggestion[]>([]);
  const latest = useRef(suggestions);
  const change = (next: Suggestion[]): void => {
    latest.current = next.slice(-KEPT);
    set(latest.current);
  };
  return {
    shown: {
      suggestions,
      suggest: (facts, action) => {
        const deed = desk.current?.doing.propose(action);
        if (!deed) return;
        desk.current?.marks.outline(markOf(deed.id), facts.node, 'Suggested', 'me');
        const one = { id: deed.id, text: inWords(action, facts), answer: undefined, done: false };
        change([...latest.current, one]);
      },
      dismiss: (id) => {
        const found = latest.current.find((one) => one.id === id);
        if (found && found.answer === undefined) desk.current?.doing.withdraw(id);
        change(latest.current.filter((one) => one.id !== id));
      },
    },
    answered: (done) => {
      desk.current?.marks.clear(markOf(done.deed.id));
      const answer = outcome(done);
      change(
        latest.current.map((one) =>
          one.id === done.deed.id ? { ...one, answer, done: done.result === 'done' } : one,
        ),
      );
    },
  };
}

function markOf(id: number): string {
  return `suggested-${id}`;
}
