/** Words of the page that are no text but can hold some: class names, ids, custom properties. On a page that is
 * masked they go under other names, the same one everywhere, so that styles still apply. */

/** Keywords that no property has for itself. */
const KEYWORDS =
  /^(?:serif|sans-serif|monospace|system-ui|arial|helvetica|georgia|disc|circle|square|decimal|(?:lower|upper)-\w+|span|to|in|at|from|ellipse|(?:closest|farthest)-\w+|auto-fi[lt]+|s?rgb|ok\w{2,3}|screen|print)$/i;

/** Attributes of HTML and SVG that are about shape: numbers, paths, a word that the language knows. */
export const SHAPE =
  /^(?:type|role|dir|rel|as|media|sizes|method|scope|shape|coords|rr_\w+|[dxykrz][12xy]?|c[xy]|d[xy]|r[xy]|f[xyr]|points|transform|viewbox|preserve.*|xmlns.*|version|style|(?:max|min)?(?:width|height)|(?:col|row)?span|cols|rows|size|start|(?:tab|popover|)index|shadowrootmode|data-opencobrowse.*)$/i;

/** Words for a state. */
export const STATES =
  /^(?:true|false|mixed|page|step|dialog|menu|listbox|grid|tree|polite|assertive|off|ascending|descending|horizontal|vertical)$/;

export class Names {
  readonly #aliases = new Map<string, string>();
  readonly #known = new Map<string, boolean>();
  #properties: string[] | undefined;
  /** What style sheets that have left as they are name. */
  readonly seen = new Set<string>();

  /** What `word` is called outside: itself only where it has left already. */
  of(word: string): string {
    if (word === '' || this.seen.has(word)) return word;
    const alias = this.#aliases.get(word) ?? `x${this.#aliases.size}`;
    this.#aliases.set(word, alias);
    return alias;
  }

  /** The same for a value as a whole: undefined unless a style sheet asks for it. */
  asked(value: string): string | undefined {
    return this.seen.has(value) ? value : this.#aliases.get(value);
  }

  all(words: string): string {
    return words.replace(/[^\s,:]+/g, (word) => this.of(word));
  }

  /** Whether CSS itself knows `word`: the browser is asked, which has the whole list. */
  knows(word: string): boolean {
    const known = this.#known.get(word) ?? (KEYWORDS.test(word) || this.#ask(word));
    this.#known.set(word, known);
    return known;
  }

  #ask(word: string): boolean {
    if (typeof CSS === 'undefined') return false;
    const { supports } = CSS;
    // A property that takes any word says nothing about this one.
    this.#properties ??= [...getComputedStyle(document.documentElement)].filter((p) => !supports(p, 'ocx9'));
    return supports(word, 'inherit') || this.#properties.some((property) => supports(property, word));
  }
}
