/** What of an element may leave the page: mask by default, and whatever hides wins over whatever shows. */

import { isEditor, isField, isNeverShown, isTextField } from './fields.ts';

export interface MaskRules {
  /** `inputs`: what is typed or chosen is masked. `private`: all text as well. */
  privacy: 'inputs' | 'private';
  maskSelectors: string[];
  /** Not even the shape of what these name leaves: a box stands there. */
  hideSelectors?: string[];
  showSelectors: string[];
}

/** What leaves of an element. The order is that of strictness: a child is never less strict than its parent,
 * but for what `showSelectors` opens of a private page. */
export type Level = 'show' | 'obscure' | 'hide';

/** What an element inherits and adds. */
interface Marks {
  /** Hidden by the site: a mask selector, or `data-opencobrowse="mask"` here or above. */
  hide: boolean;
  show: boolean;
  /** In a field that is made of ordinary elements. */
  typed: boolean;
  /** In an editor. */
  editor: boolean;
  /** The outermost element here or above of whose content nothing leaves: a hidden box or a hidden editor. */
  sealed: Element | undefined;
  /** It is sealed as a box. */
  box: boolean;
}

/** The attributes by which an element can differ from the one around it. */
const SPEAKING = ['data-opencobrowse', 'contenteditable', 'role'];

const NOTHING: Marks = {
  hide: false,
  show: false,
  typed: false,
  editor: false,
  sealed: undefined,
  box: false,
};

/** Answers for one state of the document: `refresh` when it may have changed. */
export class Levels {
  readonly #show: string;
  readonly #hide: string;
  readonly #box: string;
  readonly #private: boolean;
  #seen = new Map<Element, Marks>();

  constructor(
    rules: MaskRules,
    private readonly document: Document,
  ) {
    this.#show = selectorList(rules.showSelectors, document);
    const hidden = rules.hideSelectors ?? [];
    // A rule that cannot be read may have meant anything.
    const broken = [...rules.maskSelectors, ...hidden].some((selector) => !isSelector(selector, document));
    this.#hide = broken ? '*' : selectorList(rules.maskSelectors, document);
    this.#box = selectorList(hidden, document);
    this.#private = rules.privacy === 'private';
  }

  /** Whether a change of the attribute `name` can change what the site's rules name. */
  dependsOn(name: string): boolean {
    return name === 'data-opencobrowse' || [this.#show, this.#hide, this.#box].some((list) => list !== '');
  }

  get private(): boolean {
    return this.#private;
  }

  refresh(): void {
    this.#seen.clear();
  }

  /** What the site's selectors and marks name now. */
  marked(): Set<Element> {
    const all = [this.#show, this.#hide, this.#box, '[data-opencobrowse]'].filter((list) => list !== '');
    return new Set(this.document.querySelectorAll(all.join(',')));
  }

  /** Whether the value of `element`, a field, is hidden. */
  hidesValue(element: Element): boolean {
    const marks = this.#marks(element);
    return isNeverShown(element) || marks.hide || !marks.show;
  }

  /** Whether text directly in `element` is hidden. */
  hidesText(element: Element): boolean {
    const marks = this.#marks(element);
    if (marks.hide || isNeverShown(element)) return true;
    return (marks.typed || marks.editor || this.#private) && !marks.show;
  }

  /** Whether what is read out for `element` (title, alt, aria-label…) is hidden. */
  hidesSpoken(element: Element): boolean {
    const marks = this.#marks(element);
    return marks.hide || (this.#private && !marks.show);
  }

  /** Whether the site itself hides `element`. */
  hides(element: Element): boolean {
    return this.#marks(element).hide;
  }

  /** The outermost element around `element`, or itself, of whose content nothing leaves, if there is one. */
  sealed(element: Element): Element | undefined {
    return this.#marks(element).sealed;
  }

  /** Whether `element` stands as a box, or is in one. */
  boxed(element: Element): boolean {
    return this.#marks(element).box;
  }

  /** What of `element` leaves, as its customer is told. */
  level(element: Element): Level {
    if (this.boxed(element)) return 'hide';
    const hidden = isField(element) ? this.hidesValue(element) : this.hidesText(element);
    return hidden ? 'obscure' : 'show';
  }

  /** Decide about an element whose parent has been decided about and whose attributes are at hand: a page has
   * thousands that have none of those that matter, and asking the document for each costs most of all. */
  learn(element: Element, parent: Element | undefined, attributes: Record<string, unknown>): void {
    const inherited = parent === undefined ? undefined : this.#seen.get(parent);
    const unruled = this.#show === '' && this.#hide === '' && this.#box === '';
    const plain = unruled && !SPEAKING.some((name) => name in attributes);
    if (inherited !== undefined && plain && element.localName !== 'textarea' && !isEditor(element, false)) {
      this.#seen.set(element, inherited);
    }
  }

  #marks(element: Element): Marks {
    const known = this.#seen.get(element);
    if (known !== undefined) return known;
    const above = parentOf(element);
    const inherited = above === undefined ? NOTHING : this.#marks(above);
    const mark = element.getAttribute('data-opencobrowse');
    const box = mark === 'hide' || matches(element, this.#box);
    const hide = inherited.hide || box || matches(element, this.#hide) || (mark !== null && mark !== 'show');
    const show = inherited.show || mark === 'show' || matches(element, this.#show);
    const editor = inherited.editor || isEditor(element);
    const sealed = inherited.sealed ?? (box || (editor && (hide || !show)) ? element : undefined);
    const marks: Marks = {
      hide,
      show,
      typed: inherited.typed || isTextField(element),
      editor,
      sealed,
      box: sealed === element ? box : inherited.box,
    };
    this.#seen.set(element, marks);
    return marks;
  }
}

/** The element around a node: through shadow roots, and out of frames of the same site. */
export function parentOf(node: Node): Element | undefined {
  const parent = node.parentNode as (Node & { host?: Element; defaultView?: Window }) | null;
  if (parent === null) return undefined;
  if (parent.nodeType === 1) return parent as Element;
  if (parent.nodeType === 11) return parent.host;
  return parent.defaultView?.frameElement ?? undefined;
}

function matches(element: Element, list: string): boolean {
  return list !== '' && element.matches(list);
}

/** A selector list that cannot throw later: what does not parse is left out. */
export function selectorList(selectors: string[], document: Document): string {
  return selectors.filter((selector) => isSelector(selector, document)).join(',');
}

function isSelector(selector: string, document: Document): boolean {
  try {
    document.createDocumentFragment().querySelector(selector);
    return true;
  } catch {
    console.warn(`[opencobrowse] "${selector}" is not a selector: everything it may have meant is masked`);
    return false;
  }
}
