/** Whether this page lets an agent act: what the customer has said here, and what the server holds (I8). */

export type GrantState = 'none' | 'agreed' | 'held' | 'taken';
export type GrantEvent = 'yes' | 'held' | 'none' | 'take';

/** `agreed`: the customer has said yes on this page, and the server has not said who holds it. `taken`: they have
 * taken it back, and whatever the server says, nothing is done until it has let go and they have agreed anew. What
 * is not here changes nothing: a server that says "held" on a page where nobody agreed is not believed. */
const GRANT: Record<GrantState, Partial<Record<GrantEvent, GrantState>>> = {
  none: { yes: 'agreed' },
  agreed: { held: 'held', none: 'none', take: 'taken' },
  held: { none: 'none', take: 'taken' },
  taken: { none: 'none' },
};

export class Grant {
  #state: GrantState;
  #peer = 0;

  /** `agreed`: this page goes on with a grant of the page before it. */
  constructor(agreed: boolean) {
    this.#state = agreed ? 'agreed' : 'none';
  }

  get state(): GrantState {
    return this.#state;
  }

  /** The viewer that may act, 0 for none. */
  get peer(): number {
    return this.#state === 'held' ? this.#peer : 0;
  }

  may(peer: number | undefined): boolean {
    return peer !== undefined && peer > 0 && peer === this.peer;
  }

  step(event: GrantEvent, peer = 0): GrantState {
    this.#state = GRANT[this.#state][event] ?? this.#state;
    if (event === 'held') this.#peer = peer;
    return this.#state;
  }
}
