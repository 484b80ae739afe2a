/** What no agent may act on, whatever was granted (B8). Everything here looks at the page as it is now. */

import { OWN_ATTRIBUTE } from '@opencobrowse/mask';
import type { Action, PageSettings } from '@opencobrowse/protocol';
import { isWithin, outward } from './place.ts';

export type Kind = Action['kind'];

/** Why not, in a word that goes over the wire. */
export type Reason = string;

export interface Rules {
  isNeverShown(element: Element): boolean;
  settings: PageSettings;
}

const PASSWORD =
  'input[type=password],[data-rr-is-password],[autocomplete~="current-password"],[autocomplete~="new-password"]';
const WHICH: [selector: string, reason: Reason][] = [
  [PASSWORD, 'password'],
  ['input[type=hidden]', 'hidden'],
  ['input[type=file]', 'file'],
  ['[autocomplete~="one-time-code"]', 'one.time.code'],
  ['[autocomplete^="cc-"],[autocomplete*=" cc-"]', 'card'],
];
const PAYMENT =
  /stripe|adyen|braintree|paypal|klarna|worldpay|cybersource|checkout\.com|cardinal|payment|3ds/i;
const FRAMES = 'iframe,frame,object,embed,fencedframe,portal';
const CONTROLS = 'button,input,select,textarea,option,optgroup';
const SUBMITS = 'button,input[type=submit],input[type=image]';
const WRITES: ReadonlySet<Kind> = new Set<Kind>(['type', 'clear', 'key', 'check', 'select']);

/** Why `kind` may not be done to `element`; undefined where it may. */
export function refusal(element: Element, kind: Kind, rules: Rules): Reason | undefined {
  const readonly = selectorList(rules.settings.readonlySelectors);
  const { maskSelectors, hideSelectors = [] } = rules.settings;
  const masked = selectorList([...maskSelectors, ...hideSelectors]);
  for (const at of outward(element)) {
    if (at.hasAttribute(OWN_ATTRIBUTE)) return 'own.widget';
    if (at.matches(FRAMES) && isPayment(at)) return 'payment.frame';
    if (kind === 'scroll') continue;
    const secret = secretOf(at, rules);
    if (secret !== undefined) return secret;
    const mark = at.getAttribute('data-opencobrowse');
    if ((mark !== null && mark !== 'show') || matches(at, masked)) return 'masked';
    if (matches(at, readonly)) return 'readonly';
    if (at.hasAttribute('inert') || at.getAttribute('aria-disabled') === 'true') return 'disabled';
  }
  if (kind === 'scroll') return undefined;
  if (element.matches(FRAMES)) return 'frame';
  return stateOf(element, kind) ?? consequence(element, kind, rules);
}

function secretOf(element: Element, rules: Rules): Reason | undefined {
  if (element.matches(PASSWORD)) return 'password';
  if (!rules.isNeverShown(element)) return undefined;
  return WHICH.find(([selector]) => element.matches(selector))?.[1] ?? 'sensitive';
}

function isPayment(frame: Element): boolean {
  if (/\bpayment\b/.test(frame.getAttribute('allow') ?? '')) return true;
  return ['src', 'name', 'id', 'title', 'data'].some((name) => PAYMENT.test(frame.getAttribute(name) ?? ''));
}

function stateOf(element: Element, kind: Kind): Reason | undefined {
  if (element.closest(CONTROLS)?.matches(':disabled')) return 'disabled';
  if (!WRITES.has(kind)) return undefined;
  const readonly = element.closest('[readonly],[aria-readonly=true]');
  return readonly === null || kind === 'key' ? undefined : 'readonly';
}

/** What a click would lead to. */
function consequence(element: Element, kind: Kind, rules: Rules): Reason | undefined {
  if (!/click|check/.test(kind)) return undefined;
  const label = element.closest('label');
  const control = label?.control;
  if (control && control !== element && !isWithin(element, control)) {
    const reason = refusal(control, kind, rules);
    if (reason !== undefined) return reason;
  }
  const link = element.closest('a[href],area[href]');
  const reason = link ? linkRefusal(link) : undefined;
  if (reason !== undefined) return reason;
  const submit = element.closest<HTMLButtonElement | HTMLInputElement>(SUBMITS);
  return submit?.form && submit.type !== 'button' && submit.type !== 'reset'
    ? submitRefusal(submit.form, submit)
    : undefined;
}

const STAYS = /^(?:https?|javascript):$/;

/** Why a link may not be followed: it must lead to a page, here. */
export function linkRefusal(link: Element): Reason | undefined {
  if (link.hasAttribute('download')) return 'download';
  const href = link.getAttribute('href') ?? '';
  if (!STAYS.test(protocolOf(href, link.baseURI))) return 'leaves.page';
  return targetRefusal(link.getAttribute('target') ?? '', link.ownerDocument);
}

function protocolOf(href: string, base: string): string {
  try {
    return new URL(href, base).protocol;
  } catch {
    return '';
  }
}

/** Another tab is not shared: nobody would see what happens there. */
function targetRefusal(target: string, document: Document): Reason | undefined {
  if (target === '' || /^_(?:self|parent|top)$/i.test(target)) return undefined;
  const named = [...document.querySelectorAll('iframe[name]')].some((f) => f.getAttribute('name') === target);
  return named ? undefined : 'new.tab';
}

/** Why a form may not be sent off. */
export function submitRefusal(form: HTMLFormElement, submitter?: Element | null): Reason | undefined {
  if ([...form.elements].some((field) => field.matches(PASSWORD)) || form.querySelector(PASSWORD)) {
    return 'password.form';
  }
  const target = submitter?.getAttribute('formtarget') ?? form.getAttribute('target') ?? '';
  return targetRefusal(target, form.ownerDocument);
}

/** Whether the customer can see it: what is not drawn is not acted on. A box or a dot may be drawn by its label. */
export function isVisible(element: Element): boolean {
  const style = { opacityProperty: true, visibilityProperty: true };
  const { width, height } = element.getBoundingClientRect();
  if (element.checkVisibility(style) && width > 0 && height > 0) return true;
  return labelsOf(element).some((label) => label !== element && isVisible(label));
}

export function labelsOf(element: Element): Element[] {
  const { type, labels } = element as HTMLInputElement;
  return (type === 'checkbox' || type === 'radio') && labels ? [...labels] : [];
}

export type Where = { url: string } | { reason: Reason };

/** Where `navigate` leads: only to this site, only by http. */
export function destination(text: string, here: string): Where {
  let url: URL;
  try {
    url = new URL(text, here);
  } catch {
    return { reason: 'url' };
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { reason: 'url' };
  if (url.username !== '' || url.password !== '') return { reason: 'url' };
  return url.origin === new URL(here).origin ? { url: url.href } : { reason: 'origin' };
}

function matches(element: Element, list: string): boolean {
  return list !== '' && element.matches(list);
}

/** One list of all. A rule that cannot be read may have meant anything: it means everything. */
function selectorList(selectors: string[]): string {
  const all = selectors.filter((selector) => selector.trim() !== '').join(',');
  try {
    document.createDocumentFragment().querySelector(all || '*');
    return all;
  } catch {
    return '*';
  }
}
