/** Where the customer scrolled to, kept until the mirror can follow: a box cannot be scrolled before the style
 * sheets, fonts and nodes that make it tall have come (fidelity.md). */

interface Place {
  x: number;
  y: number;
  /** How often it may still be tried; a box that is smaller here than at the customer's never gets there. */
  tries: number;
}

const TRIES = 40;

export class Scrolls {
  readonly #places = new Map<number, Place>();
  readonly #pending = new Set<number>();

  #held = false;

  constructor(private readonly target: (id: number) => Element | Window | undefined) {}

  /** Held, nothing moves: the agent looks round alone. Afterwards all goes back to where the customer is. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held) this.again();
  }

  /** Where the customer is. */
  place(id: number): { x: number; y: number } {
    return this.#places.get(id) ?? { x: 0, y: 0 };
  }

  set(id: number, x: number, y: number): void {
    this.#places.set(id, { x, y, tries: TRIES });
    this.#pending.add(id);
  }

  /** Try those that are not where they belong. Costs nothing when all are. */
  settle(): void {
    if (this.#held) return;
    for (const id of this.#pending) this.#try(id);
  }

  /** The layout changed by itself (a style sheet, a font, a picture): all may have moved. */
  again(): void {
    for (const [id, place] of this.#places) {
      place.tries = TRIES;
      this.#pending.add(id);
    }
    this.settle();
  }

  #try(id: number): void {
    const place = this.#places.get(id);
    const target = this.target(id);
    if (place === undefined || target === undefined) {
      this.#pending.delete(id);
      this.#places.delete(id);
      return;
    }
    target.scrollTo({ left: place.x, top: place.y, behavior: 'instant' });
    if (there(target, place) || --place.tries <= 0) this.#pending.delete(id);
  }
}

function there(target: Element | Window, place: Place): boolean {
  const [x, y] =
    'scrollX' in target ? [target.scrollX, target.scrollY] : [target.scrollLeft, target.scrollTop];
  return Math.abs(x - place.x) < 1 && Math.abs(y - place.y) < 1;
}
