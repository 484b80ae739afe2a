/** What of an element may leave the page: mask by default, and whatever hides wins over whatever shows. */

import { isEditor, isNeverShown, isTextField } from './fields.ts';

export interface MaskRules {
  /** `inputs`: what is typed or chosen is masked. `private`: all text as well. */
  privacy: 'inputs' | 'private';
  maskSelectors: string[];
  showSelectors: string[];
}

/** What an element inherits and adds. */
interface Marks {
  /** Hidden by the site: a mask selector, or `data-opencobrowse="mask"` here or above. */
  hide: boolean;
  show: boolean;
  /** In a field that is made of ordinary elements. */
  typed: boolean;
  /** The outermost editor here or above. */
  editor: Element | undefined;
}

/** The attributes by which an element can differ from the one around it. */
const SPEAKING = ['data-opencobrowse', 'contenteditable', 'role'];

const NOTHING: Marks = { hide: false, show: false, typed: false, editor: undefined };

/** Answers for one state of the document: `refresh` when it may have changed. */
export class Levels {
  readonly #show: string;
  readonly #hide: string;
  readonly #private: boolean;
  #seen = new Map<Element, Marks>();

  constructor(
    rules: MaskRules,
    private readonly document: Document,
  ) {
    this.#show = selectorList(rules.showSelectors, document);
    this.#hide = selectorList(rules.maskSelectors, document);
    this.#private = rules.privacy === 'private';
  }

  /** Whether a change of the attribute `name` can change what the site's rules name. */
  dependsOn(name: string): boolean {
    return name === 'data-opencobrowse' || this.#show !== '' || this.#hide !== '';
  }

  get private(): boolean {
    return this.#private;
  }

  refresh(): void {
    this.#seen.clear();
  }

  /** What the site's selectors and marks name now. */
  marked(): Set<Element> {
    const all = [this.#show, this.#hide, '[data-opencobrowse]'].filter((list) => list !== '');
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
    return (marks.typed || marks.editor !== undefined || this.#private) && !marks.show;
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

  /** The outermost editor around `element` whose content is hidden, if there is one. */
  hiddenEditor(element: Element): Element | undefined {
    const { editor, hide, show } = this.#marks(element);
    return hide || !show ? editor : undefined;
  }

  /** Decide about an element whose parent has been decided about and whose attributes are at hand: a page has
   * thousands that have none of those that matter, and asking the document for each costs most of all. */
  learn(element: Element, parent: Element | undefined, attributes: Record<string, unknown>): void {
    const inherited = parent === undefined ? undefined : this.#seen.get(parent);
    const plain = this.#show === '' && this.#hide === '' && !SPEAKING.some((name) => name in attributes);
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
    const marks: Marks = {
      hide: inherited.hide || mark === 'mask' || matches(element, this.#hide),
      show: inherited.show || mark === 'show' || matches(element, this.#show),
      typed: inherited.typed || isTextField(element),
      editor: inherited.editor ?? (isEditor(element) ? element : undefined),
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
  const probe = document.createDocumentFragment();
  return selectors
    .filter((selector) => {
      try {
        probe.querySelector(selector);
        return selector.trim() !== '';
      } catch {
        return false;
      }
    })
    .join(',');
}
