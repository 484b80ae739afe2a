import type { Offer } from '@opencobrowse/protocol';
import { type Answer, type Prompt, prompt } from './prompt.ts';

interface Waiting {
  offer: Offer;
  /** On this page's clock, in milliseconds. */
  ends: number;
}

/** Offers, asked one after another. */
export class Prompts {
  #waiting: Waiting[] = [];
  #open: Prompt | undefined;

  constructor(private readonly answer: (offer: Offer, answer: Answer) => void) {}

  add(offer: Offer): void {
    if (this.#waiting.some((known) => known.offer.sessionId === offer.sessionId)) return;
    this.#waiting.push({ offer, ends: performance.now() + offer.expiresIn });
    this.#next();
  }

  /** An offer is no longer open. */
  withdraw(sessionId: string): void {
    if (this.#waiting[0]?.offer.sessionId === sessionId) this.#close();
    this.#waiting = this.#waiting.filter(({ offer }) => offer.sessionId !== sessionId);
    this.#next();
  }

  clear(): void {
    this.#waiting = [];
    this.#close();
  }

  #close(): void {
    this.#open?.close();
    this.#open = undefined;
  }

  #next(): void {
    if (this.#open !== undefined) return;
    this.#waiting = this.#waiting.filter(({ ends }) => ends > performance.now());
    const first = this.#waiting[0];
    if (first === undefined) return;
    const { offer, ends } = first;
    const done = (): void => {
      this.#open = undefined;
      this.withdraw(offer.sessionId);
    };
    this.#open = prompt(
      { ...offer, expiresIn: ends - performance.now() },
      (answer) => {
        this.#waiting.shift();
        this.#open = undefined;
        this.answer(offer, answer);
        this.#next();
      },
      done,
    );
  }
}
