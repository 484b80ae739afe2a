/** Where things are in the mirror, and what they are to somebody who wants to act on them. Only looked at when
 * asked: nothing here runs while events are applied. Places are CSS pixels of the mirror's viewport. */

import { isNeverShown, MASKED } from '@opencobrowse/mask';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Choice {
  index: number;
  text: string;
  chosen: boolean;
  disabled: boolean;
}

/** An element as an agent meets it. */
export interface Facts {
  node: number;
  /** `text` and `lines` are typed into; `choice` is a `select`; `check` a box or a radio button. */
  kind: 'text' | 'lines' | 'choice' | 'check' | 'other';
  /** Password, card, one-time-code and file fields: nobody acts on them for the customer. */
  secret: boolean;
  /** The site's owner marked it, or what it is in, as not for agents' eyes. */
  hidden: boolean;
  /** The page itself takes nothing here: read-only or disabled. */
  fixed: boolean;
  /** What is in it may not be seen. */
  masked: boolean;
  value: string;
  multiple: boolean;
  choices: Choice[];
}

/** What a wheel would move, and how far it is. `node` is the document's where it is the page. */
export interface Scroller {
  node: number;
  left: number;
  top: number;
  maxLeft: number;
  maxTop: number;
}

export type IdOf = (node: Node) => number;

const TYPED =
  'input:not([type=button],[type=submit],[type=reset],[type=image],[type=checkbox],[type=radio],[type=range],[type=color],[type=file],[type=hidden])';
const CHECKED = 'input:is([type=checkbox],[type=radio])';
const EDITABLE = '[contenteditable]:not([contenteditable=false i]),[role=textbox],[role=searchbox]';
const FOCUSABLE =
  'a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex],[contenteditable]:not([contenteditable=false i])';
const MAX_CHOICES = 256;

/** The innermost element at a place: through open shadow roots and into frames. */
export function elementAt(doc: Document, x: number, y: number): Element | undefined {
  let found = doc.elementFromPoint(x, y);
  for (let depth = 0; found && depth < 32; depth++) {
    const inner = found.shadowRoot?.elementFromPoint(x, y) ?? inFrame(found, x, y);
    if (!inner || inner === found) break;
    if (inner.ownerDocument !== found.ownerDocument) {
      const box = found.getBoundingClientRect();
      x -= box.left + found.clientLeft;
      y -= box.top + found.clientTop;
    }
    found = inner;
  }
  return found ?? undefined;
}

function inFrame(element: Element, x: number, y: number): Element | null | undefined {
  if (element.localName !== 'iframe') return undefined;
  const box = element.getBoundingClientRect();
  const inside = (element as HTMLIFrameElement).contentDocument;
  return inside?.elementFromPoint(x - box.left - element.clientLeft, y - box.top - element.clientTop);
}

/** Where an element is in the viewport of `top`, through the frames between. */
export function boxOf(element: Element, top: Document): Box {
  const { x, y, width, height } = element.getBoundingClientRect();
  const box = { x, y, width, height };
  for (let doc = element.ownerDocument; doc !== top; ) {
    const frame = doc.defaultView?.frameElement;
    if (!frame) break;
    const around = frame.getBoundingClientRect();
    box.x += around.x + frame.clientLeft;
    box.y += around.y + frame.clientTop;
    doc = frame.ownerDocument;
  }
  return box;
}

/** The field that a place belongs to: the editor around it, the `select` of an option, the one of a label. */
export function fieldOf(element: Element): Element {
  const around = element.closest(`select,${EDITABLE}`);
  if (around) return around;
  return element.closest<HTMLLabelElement>('label')?.control ?? element;
}

export function factsOf(element: Element, node: number): Facts {
  const field = element as HTMLInputElement;
  const kind = kindOf(element);
  const value = kind === 'other' ? '' : (field.value ?? element.textContent ?? '');
  return {
    node,
    kind,
    secret: isNeverShown(element),
    hidden: element.closest('[data-opencobrowse]:not([data-opencobrowse=show])') !== null,
    fixed: element.matches(':disabled,[aria-disabled=true],[readonly]'),
    masked: value.includes(MASKED),
    value,
    multiple: kind === 'choice' && field.multiple,
    choices: kind === 'choice' ? choicesOf(element as unknown as HTMLSelectElement) : [],
  };
}

function kindOf(element: Element): Facts['kind'] {
  if (element.localName === 'select') return 'choice';
  if (element.localName === 'textarea') return 'lines';
  if (element.matches(CHECKED)) return 'check';
  if (element.matches(TYPED)) return 'text';
  return element.matches(EDITABLE) ? 'lines' : 'other';
}

/** Options in the order in which the page counts them; our own stand-in for a masked choice is none of them. */
function choicesOf(select: HTMLSelectElement): Choice[] {
  return [...select.options]
    .filter((option) => !option.hasAttribute('data-opencobrowse-masked'))
    .slice(0, MAX_CHOICES)
    .map((option, index) => ({
      index,
      text: option.label || option.text,
      chosen: option.selected,
      disabled: option.disabled,
    }));
}

/** The nearest around `element` that can still move by (dx, dy); the page, `top`, where nothing else can. */
export function scrollerOf(
  element: Element,
  top: Document,
  dx: number,
  dy: number,
  idOf: IdOf,
): Scroller | undefined {
  for (let at: Element | undefined = element; at; at = around(at, top)) {
    const root = at === at.ownerDocument.scrollingElement;
    const place = placeOf(at);
    const takesIt = (root || scrolls(at)) && moves(place, dx, dy);
    if (takesIt) return { node: idOf(root ? at.ownerDocument : at), ...place };
  }
  const page = top.scrollingElement;
  return page ? { node: idOf(top), ...placeOf(page) } : undefined;
}

function around(element: Element, top: Document): Element | undefined {
  const { parentElement, ownerDocument } = element;
  if (parentElement) return parentElement;
  const root = element.getRootNode() as ShadowRoot;
  if (root.host) return root.host;
  return ownerDocument === top ? undefined : (ownerDocument.defaultView?.frameElement ?? undefined);
}

function placeOf(element: Element): Omit<Scroller, 'node'> {
  return {
    left: element.scrollLeft,
    top: element.scrollTop,
    maxLeft: Math.max(0, element.scrollWidth - element.clientWidth),
    maxTop: Math.max(0, element.scrollHeight - element.clientHeight),
  };
}

function scrolls(element: Element): boolean {
  const style = element.ownerDocument.defaultView?.getComputedStyle(element);
  return /auto|scroll/.test(`${style?.overflowX} ${style?.overflowY}`);
}

function moves({ left, top, maxLeft, maxTop }: Omit<Scroller, 'node'>, dx: number, dy: number): boolean {
  const can = (at: number, max: number, by: number): boolean => (by < 0 ? at > 1 : by > 0 && at < max - 1);
  return can(left, maxLeft, dx) || can(top, maxTop, dy);
}

/** What Tab goes to from `from`, or Shift+Tab for -1, past what is the customer's alone; the first (or last) of the page from nowhere. */
export function nextFocusable(doc: Document, from: Element | undefined, way: 1 | -1): Element | undefined {
  const all = [...doc.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (element) =>
      element.tabIndex >= 0 &&
      !element.matches(':disabled') &&
      element.checkVisibility() &&
      !isNeverShown(element),
  );
  const at = from ? all.indexOf(from as HTMLElement) : -1;
  if (at === -1 && way === -1) return all.at(-1);
  return all[at + way];
}
