/** What of an element may leave the page. Mask by default, escalate only: a node is shown when nothing hides
 * it and something shows it; some can never be shown (fidelity.md, field.md B5). */

export interface MaskRules {
  privacy: 'inputs' | 'private';
  maskSelectors: string[];
  showSelectors: string[];
}

/** Once a password, always a password: a field that was one stays masked after "show password". */
const wasPassword = new WeakSet<Element>();

/** Card, one-time-code, password, hidden and file fields: no setting can show them. */
export const NEVER_SHOWN =
  'input[type=password],input[type=hidden],input[type=file],[autocomplete~=one-time-code],' +
  '[autocomplete~=current-password],[autocomplete~=new-password],[autocomplete*=cc-]';

const CARD_NAME =
  /card.?(?:num|no|holder)|cc.?(?:num|exp|csc|cvv|cvc)|^(?:cvv|cvc|csc|pan|iban)\d?$|security.?code/i;

const BUTTONS = new Set(['button', 'submit', 'reset', 'image']);

/** Whether an element holds what somebody types or chooses. */
export function isField(element: Element): boolean {
  const tag = element.tagName.toLowerCase();
  if (tag === 'input') return !BUTTONS.has((element as HTMLInputElement).type);
  return (
    tag === 'textarea' || tag === 'select' || tag === 'option' || (element as HTMLElement).isContentEditable
  );
}

export function isNeverShown(element: Element): boolean {
  if (element instanceof HTMLInputElement && element.type === 'password') wasPassword.add(element);
  if (wasPassword.has(element) || element.matches(NEVER_SHOWN)) return true;
  const name = `${element.getAttribute('name') ?? ''} ${element.id}`.trim();
  return element.tagName === 'INPUT' && name.split(' ').some((part) => CARD_NAME.test(part));
}

/** A selector list that cannot throw later: what does not parse is left out. */
export function selectorList(selectors: string[], document: Document): string {
  return selectors
    .filter((selector) => {
      try {
        document.createDocumentFragment().querySelector(selector);
        return true;
      } catch {
        return false;
      }
    })
    .join(',');
}

/** `show` or `mask` for what `element` holds. */
export function level(
  element: Element,
  show: string,
  hide: string,
  byDefault: 'show' | 'mask',
): 'show' | 'mask' {
  if (isNeverShown(element)) return 'mask';
  if (hide !== '' && element.closest(hide)) return 'mask';
  const marked = element.closest('[data-opencobrowse]')?.getAttribute('data-opencobrowse');
  if (marked === 'mask') return 'mask';
  if (marked === 'show' || (show !== '' && element.closest(show))) return 'show';
  return byDefault;
}
