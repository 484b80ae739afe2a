/** The customer's own hand on the page. Theirs always wins, and one key takes control back: Escape. */

export const REVOKE_KEY = 'Escape';
/** How long the page is theirs after it. */
export const QUIET_MS = 1_000;
const TYPING_MS = 3_000;

const TOUCHES = ['pointerdown', 'keydown', 'keyup', 'touchstart', 'wheel'];
const OPTIONS = { capture: true, passive: true };

/** Hears, first of all and in frames of the same site, what only a person can do. A page that keeps keydown to
 * itself is not heard in it; then keyup tells. */
export class Owner {
  readonly #seen = new Set<EventTarget>();
  #last = Number.NEGATIVE_INFINITY;
  #typed = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly now: () => number,
    private readonly revoke: () => void,
  ) {
    this.watch();
    // What was before is not known: who is in a field may be writing.
    if (document.activeElement?.matches('input,textarea,[contenteditable]')) this.#typed = now();
  }

  /** Whether they did something just now. */
  get busy(): boolean {
    return this.now() - this.#last < QUIET_MS;
  }

  /** Whether they are in the midst of writing: nothing takes the focus from them. */
  get typing(): boolean {
    return this.now() - this.#typed < TYPING_MS;
  }

  /** Hear frames that have come, too. */
  watch(view: Window = window): void {
    if (!this.#seen.has(view.document)) {
      this.#seen.add(view.document).add(view);
      for (const type of TOUCHES) view.addEventListener(type, this.#touched, OPTIONS);
    }
    for (const frame of view.document.querySelectorAll('iframe')) {
      // The document of another site's is null.
      if (frame.contentDocument?.defaultView) this.watch(frame.contentDocument.defaultView);
    }
  }

  stop(): void {
    for (const target of this.#seen) {
      for (const type of TOUCHES) target.removeEventListener(type, this.#touched, OPTIONS);
    }
  }

  #touched = (event: Event): void => {
    if (!event.isTrusted) return;
    if (event.type !== 'keyup') this.#last = this.now();
    const { key } = event as KeyboardEvent;
    if (key?.length === 1) this.#typed = this.now();
    if (key === REVOKE_KEY) this.revoke();
  };
}
