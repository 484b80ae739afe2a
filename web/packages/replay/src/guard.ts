/** Keeps the mirror a picture: nothing in it can be clicked, followed, sent, scrolled, dragged or focused by the
 * agent, and nothing in it takes the focus from the console. It stays readable for a screen reader. */

const INPUT = ['click', 'auxclick', 'dblclick', 'mousedown', 'contextmenu', 'submit', 'dragstart', 'drop'];
const KEYS = ['keydown', 'keypress', 'beforeinput', 'paste', 'cut'];
const MOVES = ['wheel', 'touchmove'];

/** Guard one mirrored document; `giveBack` returns the focus to where it was in the console. */
export function guard(doc: Document, giveBack: () => void): void {
  const stop = (event: Event): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const type of [...INPUT, ...KEYS, ...MOVES]) {
    doc.addEventListener(type, stop, { capture: true, passive: false });
  }
  const refuse = (event: Event): void => {
    (event.target as HTMLElement).blur?.();
    giveBack();
  };
  doc.addEventListener('focusin', refuse, { capture: true });
}

/** Remembers what has the focus in the console. */
export class FocusKeeper {
  #last: HTMLElement | undefined;
  readonly #onFocus = (event: FocusEvent): void => {
    if (event.target instanceof HTMLElement && event.target.tagName !== 'IFRAME') this.#last = event.target;
  };

  constructor() {
    document.addEventListener('focusin', this.#onFocus);
  }

  giveBack = (): void => {
    if (this.#last?.isConnected) this.#last.focus({ preventScroll: true });
    else window.focus();
  };

  stop(): void {
    document.removeEventListener('focusin', this.#onFocus);
  }
}
