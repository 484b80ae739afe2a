/** What survives a reload and same-site navigation: in the tab's own storage, gone when the tab is. */
export interface Kept {
  session: string;
  token: string;
  /** The customer has stopped; the server does not know yet. */
  stopping?: boolean;
}

const KEY = 'opencobrowse';

/** Storage may be forbidden (a sandboxed frame): then it lasts as long as the page. */
export class KeptSession {
  #memory: Kept | undefined;

  get(): Kept | undefined {
    try {
      return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? undefined;
    } catch {
      return this.#memory;
    }
  }

  set(kept: Kept | undefined): void {
    this.#memory = kept;
    try {
      if (kept) sessionStorage.setItem(KEY, JSON.stringify(kept));
      else sessionStorage.removeItem(KEY);
    } catch {
      // the memory has it
    }
  }
}
