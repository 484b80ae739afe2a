/** One action on the page, checked against the page as it is now. An accepted proposal takes the same way as an
 * act under a grant: only who may ask differs. */

import type { Action } from '@opencobrowse/protocol';
import { checkable, isChecked, select, type } from './fields.ts';
import { isAllowedKey, press } from './keys.ts';
import { click, dblclick, hover } from './mouse.ts';
import { around, isWithin, met, onPage, outward, type Point, reveal, spot } from './place.ts';
import {
  destination,
  isVisible,
  type Kind,
  labelsOf,
  linkRefusal,
  type Reason,
  type Rules,
  refusal,
  submitRefusal,
} from './rules.ts';

export interface Result {
  result: 'done' | 'refused' | 'stale';
  reason?: Reason;
  /** Where on the page it happened. */
  at?: Point;
}

export interface Ground extends Rules {
  nodeOf(id: number): Node | null;
}

const refused = (reason: Reason): Result => ({ result: 'refused', reason });
const STALE: Result = { result: 'stale' };
/** Time for the answer to leave before the page does. */
const LEAVE_AFTER_MS = 50;

const NAVIGATIONS: Partial<Record<Kind, (action: Action) => void>> = {
  back: () => history.back(),
  forward: () => history.forward(),
  reload: () => location.reload(),
  navigate: ({ url = '' }) => location.assign(new URL(url, location.href).href),
};

/** Why an action cannot be done now, without doing it: `undefined` where it can. `element` is what it is about. */
export function examine(action: Action, ground: Ground): Result | { element: Element | undefined } {
  if (!KNOWN.has(action.kind)) return refused('kind');
  if (Object.hasOwn(NAVIGATIONS, action.kind)) {
    const reason = navigationRefusal(action, ground);
    return reason ? refused(reason) : { element: undefined };
  }
  if (action.kind === 'key' && !isAllowedKey(action)) return refused('key');
  const element = targetOf(action, ground);
  if (element === undefined) return STALE;
  const reason = refusal(element, action.kind, ground);
  if (reason !== undefined) return refused(reason);
  if (action.kind === 'scroll') return { element };
  return isVisible(element) ? { element } : refused('not.visible');
}

export function perform(action: Action, ground: Ground): Result {
  const found = examine(action, ground);
  if ('result' in found) return found;
  if (found.element === undefined) {
    setTimeout(() => NAVIGATIONS[action.kind]?.(action), LEAVE_AFTER_MS);
    return { result: 'done' };
  }
  if (action.kind === 'scroll') return scroll(found.element, action);
  if (action.kind === 'key' && !action.node)
    return guarded(found.element, () => pressAt(found.element, action, ground));
  const hit = aim(found.element, action);
  if ('result' in hit) return hit;
  const reason = refusal(hit.element, action.kind, ground);
  if (reason !== undefined) return refused(reason);
  const result = guarded(found.element, () =>
    KINDS[action.kind]?.(found.element as Element, hit, action, ground),
  );
  return { ...result, at: hit.at };
}

function navigationRefusal(action: Action, { settings }: Ground): Reason | undefined {
  if (settings.allowAgentNavigation === false) return 'navigation';
  if (action.kind !== 'navigate') return undefined;
  const where = destination(action.url ?? '', location.href);
  return 'reason' in where ? where.reason : undefined;
}

/** The element that the action names. Without one a key goes to where the focus is, scrolling to the page. */
function targetOf(action: Action, ground: Ground): Element | undefined {
  if (!action.node) {
    if (action.kind === 'key') return focused(document) ?? document.body;
    return action.kind === 'scroll' ? document.documentElement : undefined;
  }
  const node = ground.nodeOf(action.node);
  if (node === null || !node.isConnected) return undefined;
  if (node.nodeType === Node.DOCUMENT_NODE) return (node as Document).documentElement;
  const element = node.nodeType === Node.ELEMENT_NODE ? (node as Element) : (around(node) ?? undefined);
  if (element === undefined || !isHere(element)) return undefined;
  return action.kind === 'check' ? (checkable(element) ?? element) : element;
}

/** Whether it is in this page, or in a frame that is. */
function isHere(element: Element): boolean {
  for (const at of outward(element)) if (at === document.documentElement) return true;
  return false;
}

/** Where the focus is: inside shadow roots and frames, too. */
export function focused(root: DocumentOrShadowRoot): Element | undefined {
  const at = root.activeElement ?? undefined;
  const inside = at?.shadowRoot ?? frameDocument(at);
  return (inside ? focused(inside) : undefined) ?? at;
}

function frameDocument(element: Element | undefined): Document | undefined {
  try {
    return (element as HTMLIFrameElement | undefined)?.contentDocument ?? undefined;
  } catch {
    return undefined; // of another site
  }
}

interface Hit {
  element: Element;
  /** In the viewport of its own document, and of the page. */
  x: number;
  y: number;
  at: Point;
}

/** Bring the target into view, and see whether a pointer would meet it. */
function aim(element: Element, action: Action): Hit | Result {
  const drawn = [element, ...labelsOf(element)].filter((part) => part.getBoundingClientRect().width > 0);
  for (const part of drawn) {
    reveal(part, () => spot(part, action.x, action.y));
    const hit = hitOn(part, element, action) ?? retry(part, element, action);
    if (hit !== undefined) return hit;
  }
  return refused('covered');
}

/** Our own bar may lie over it, or it may be a link of two lines. */
function retry(part: Element, element: Element, action: Action): Hit | undefined {
  reveal(part, () => spot(part, action.x, action.y), true);
  const hit = hitOn(part, element, action);
  if (hit !== undefined || (action.x ?? 0.5) !== 0.5 || (action.y ?? 0.5) !== 0.5) return hit;
  for (const { left, top, width, height } of part.getClientRects()) {
    const found = hitAt(part, element, { x: left + width / 2, y: top + height / 2 });
    if (found !== undefined) return found;
  }
  return undefined;
}

const hitOn = (part: Element, element: Element, { x, y }: Action): Hit | undefined =>
  hitAt(part, element, spot(part, x, y));

function hitAt(part: Element, element: Element, point: Point): Hit | undefined {
  const found = met(part, point);
  const isIt = found !== undefined && (isWithin(found, element) || isWithin(found, part));
  return isIt ? { element: found, ...point, at: onPage(part, point) } : undefined;
}

type Do = (element: Element, hit: Hit, action: Action, ground: Ground) => Reason | undefined;

const KINDS: Partial<Record<Kind, Do>> = {
  click: (_, hit, { modifiers }) => void click(hit.element, { ...hit, modifiers }),
  dblclick: (_, hit, { modifiers, values }) =>
    void dblclick(hit.element, { ...hit, modifiers }, values?.[0] === 1),
  hover: (_, hit) => void hover(hit.element, hit),
  focus: (element) => focus(element),
  type: (element, _, { text = '' }) => type(element, text),
  clear: (element) => type(element, ''),
  select: (element, _, { values = [] }) => select(element, values),
  key: (element, _, action, ground) => {
    focus(element);
    return pressAt(element, action, ground);
  },
  check: (element, hit, { values }) => {
    const box = checkable(element);
    if (box === undefined) return 'not.a.field';
    if (isChecked(box) !== (values?.[0] !== 0)) click(hit.element, hit);
    return undefined;
  },
};

const KNOWN: ReadonlySet<string> = new Set([...Object.keys(KINDS), ...Object.keys(NAVIGATIONS), 'scroll']);

function focus(element: Element): Reason | undefined {
  (element as HTMLElement).focus?.({ preventScroll: true });
  return undefined;
}

function pressAt(element: Element | undefined, action: Action, ground: Ground): Reason | undefined {
  const at = (focused(document) ?? element) as HTMLElement;
  const reason =
    refusal(at, 'key', ground) ??
    (/^(?:Enter| )$/.test(action.key ?? '') ? refusal(at, 'click', ground) : undefined);
  return reason ?? press(at, action, (back) => tabFrom(at, back, ground));
}

const TABBABLE =
  'a[href],button,input,select,textarea,summary,[tabindex],[contenteditable=""],[contenteditable=true],audio[controls],video[controls]';

/** Where Tab leads from `at`: never into what no agent may enter. */
function tabFrom(at: HTMLElement, back: boolean, ground: Ground): HTMLElement | undefined {
  const root = at.getRootNode() as ParentNode;
  const all = [...root.querySelectorAll<HTMLElement>(TABBABLE)].filter(
    (one) =>
      one === at || (one.tabIndex >= 0 && isVisible(one) && refusal(one, 'focus', ground) === undefined),
  );
  const inOrder = [
    ...all.filter((one) => one.tabIndex > 0).sort((a, b) => a.tabIndex - b.tabIndex),
    ...all.filter((one) => one.tabIndex <= 0),
  ];
  const index = inOrder.indexOf(at);
  if (index < 0) return back ? inOrder.at(-1) : inOrder[0];
  return inOrder[index + (back ? -1 : 1)];
}

function scroll(element: Element, { left = 0, top = 0 }: Action): Result {
  const { ownerDocument: document } = element;
  const whole = element === document.documentElement || element === document.body;
  (whole ? document.defaultView : element)?.scrollTo({ left, top, behavior: 'instant' });
  return { result: 'done' };
}

/** While `work` runs, what its click sets off elsewhere is held to the same: a script that sends the form with the
 * password, follows a download or opens the choice of a file. */
function guarded(element: Element, work: () => Reason | 'stale' | undefined): Result {
  let reason: Reason | undefined;
  const look = (event: Event): void => {
    const found = forbidden(event);
    if (found === undefined) return;
    reason = found;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const views = new Set([window, element.ownerDocument.defaultView ?? window]);
  for (const view of views) for (const type of ['submit', 'click']) view.addEventListener(type, look, true);
  try {
    reason = work() ?? reason;
  } finally {
    for (const view of views)
      for (const type of ['submit', 'click']) view.removeEventListener(type, look, true);
  }
  if (reason === 'stale') return STALE;
  return reason === undefined ? { result: 'done' } : refused(reason);
}

function forbidden(event: Event): Reason | undefined {
  const element = event.composedPath()[0] as Element; // of a frame's own kind, perhaps
  if (element.nodeType !== Node.ELEMENT_NODE) return undefined;
  if (event.type === 'submit') {
    return submitRefusal(element as HTMLFormElement, (event as SubmitEvent).submitter);
  }
  if (element.matches('input[type=file]')) return 'file';
  const link = element.closest('a[href],area[href]');
  return link ? linkRefusal(link) : undefined;
}
