import type { Action, Propose } from '@opencobrowse/protocol';
import type { HandsStrings } from '../strings.ts';
import type { Outlines } from './outlines.ts';
import { examine, type Ground, perform, type Result } from './perform.ts';
import { reveal, spot } from './place.ts';
import { type Card, inWords, suggest } from './proposal.ts';

type Answer = Result | { result: 'declined'; reason?: string };

interface Shown {
  peer: number;
  id: number;
  action: Action;
  card: Card;
  timer: ReturnType<typeof setTimeout>;
}

const KEY = 'proposal';
/** As long as a question for control is open. */
const OPEN_MS = 30_000;

/** What agents suggest, one at a time: a newer one of the same agent takes the place of theirs, that of another
 * has to wait for its turn. */
export class Proposals {
  #shown: Shown | undefined;

  constructor(
    private readonly layer: HTMLElement,
    private readonly outlines: Outlines,
    private readonly t: HandsStrings,
    private readonly ground: () => Ground,
    private readonly answer: (peer: number, id: number, answer: Answer) => void,
    private readonly customer: { isHeard(): boolean; isTyping(): boolean },
  ) {}

  add({ id, peer = 0, action, agentName = '' }: Propose): void {
    if (this.#shown && this.#shown.peer !== peer) {
      this.answer(peer, id, { result: 'refused', reason: 'other.proposal' });
      return;
    }
    this.#close({ result: 'declined', reason: 'replaced' });
    const found = examine(action, this.ground());
    if ('result' in found) {
      this.answer(peer, id, found);
      return;
    }
    const { element } = found;
    const words = inWords(action, element, this.t);
    const card = suggest(this.layer, this.t, agentName, words, this.customer.isTyping(), (accepted) =>
      this.#decided(accepted),
    );
    const timer = setTimeout(() => this.#close({ result: 'declined', reason: 'expired' }), OPEN_MS);
    this.#shown = { peer, id, action, card, timer };
    this.#show(element, card);
  }

  withdraw(peer: number, id: number): void {
    if (this.#shown?.peer === peer && this.#shown.id === id) {
      this.#close({ result: 'declined', reason: 'withdrawn' });
    }
  }

  /** Only those of `peers` stay. */
  keep(peers: ReadonlySet<number>): void {
    if (this.#shown && !peers.has(this.#shown.peer)) this.#close();
  }

  /** Escape, wherever the focus is. */
  decline(): void {
    this.#close({ result: 'declined' });
  }

  stop(): void {
    this.#close();
  }

  #show(element: Element | undefined, card: Card): void {
    if (element === undefined) {
      card.beside(new DOMRect(innerWidth / 2, innerHeight / 3, 0, 0));
      return;
    }
    reveal(element, () => spot(element));
    const gone = (): void => this.#close({ result: 'stale' });
    this.outlines.set(KEY, element, '', { follow: (box) => card.beside(box), gone });
  }

  #decided(accepted: boolean): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    this.#close();
    const { peer, id, action } = shown;
    // A server that cannot be heard has withdrawn it, or will.
    const done = accepted && this.customer.isHeard();
    this.answer(peer, id, done ? perform(action, this.ground()) : { result: 'declined' });
  }

  #close(answer?: Answer): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    this.#shown = undefined;
    clearTimeout(shown.timer);
    shown.card.close();
    this.outlines.delete(KEY);
    if (answer) this.answer(shown.peer, shown.id, answer);
  }
}
