/** What was sent and not yet answered: each action by its number, done or proposed. */

import type { Acted, Action, FromPage } from '@opencobrowse/protocol';

export interface Deed {
  id: number;
  action: Action;
  proposed: boolean;
}

export type Outcome = { deed: Deed; result: Acted['result'] | 'lost' | 'withdrawn'; reason: string };

/** An action is answered at once; a proposal when the customer has decided. */
const LOST_MS = 8_000;

export class Doing {
  #count = 0;
  readonly #deeds = new Map<number, { deed: Deed; timer: ReturnType<typeof setTimeout> | undefined }>();

  constructor(
    private readonly tell: (message: FromPage) => boolean,
    private readonly settled: (outcome: Outcome) => void,
  ) {}

  act(action: Action): void {
    this.#begin(action, false);
  }

  propose(action: Action): Deed | undefined {
    return this.#begin(action, true);
  }

  withdraw(id: number): void {
    this.tell({ type: 'withdraw', id });
    this.#end(id, 'withdrawn', '');
  }

  acted({ id, result, reason }: Acted): void {
    this.#end(id, result, reason ?? '');
  }

  /** The session moved under it (no socket, no sharer, another page): nothing will answer any more. */
  forget(): void {
    for (const id of [...this.#deeds.keys()]) this.#end(id, 'lost', '');
  }

  #begin(action: Action, proposed: boolean): Deed | undefined {
    this.#count = (this.#count + 1) >>> 0;
    const deed = { id: this.#count, action, proposed };
    const message = { type: proposed ? 'propose' : 'act', id: deed.id, action } as const;
    if (!this.tell(message)) {
      this.settled({ deed, result: 'lost', reason: '' });
      return undefined;
    }
    const timer = proposed ? undefined : setTimeout(() => this.#end(deed.id, 'lost', ''), LOST_MS);
    this.#deeds.set(deed.id, { deed, timer });
    return deed;
  }

  #end(id: number, result: Outcome['result'], reason: string): void {
    const found = this.#deeds.get(id);
    if (!found) return; // of before, or of nobody
    clearTimeout(found.timer);
    this.#deeds.delete(id);
    this.settled({ deed: found.deed, result, reason });
  }
}
