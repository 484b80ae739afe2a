/** What somebody types or chooses in, and what of it no setting can show (field.md A5, complaint 9). */

/** Once a password, always a password: a field that was one stays masked after "show password". */
const wasPassword = new WeakSet<Element>();

/** Once editable, always typed: what was written there is not page text because writing has ended. */
const wasEditable = new WeakSet<Element>();

const NEVER_SHOWN =
  'input[type=password],input[type=hidden],input[type=file],[data-rr-is-password],' +
  '[autocomplete~="one-time-code"],[autocomplete~="current-password"],[autocomplete~="new-password"],' +
  '[autocomplete^="cc-"],[autocomplete*=" cc-"]';

/** Names as sites write them, without their separators: card-number, cardNumber, cc_csc, oneTimeCode. */
const SECRET_NAME =
  /card(?:number|num|no$|nr|holder|name|code|cv[vc]|csc|exp)|cc(?:num|no$|exp|csc|cv[vc]|name)|^(?:cv[vcn]|csc|pan|iban|pin|otp|totp|ssn)\d*$|(?:security|verification|onetime|sms|2fa|mfa)code|passw(?:or|d)|^pwd|passphrase|passcode/;

const NAMED_BY = ['name', 'id', 'autocomplete', 'aria-label', 'placeholder'];

/** Editors that keep what is typed in plain elements beside a hidden field. */
const EDITORS = /(?:^|\s)(?:CodeMirror|monaco-editor|ace_editor)(?:\s|$)/;

/** ARIA's own fields: what they say is what was typed or chosen. */
const ARIA_FIELDS = '[role=textbox],[role=searchbox],[role=combobox]';

const BUTTONS = new Set(['button', 'submit', 'reset', 'image']);

const NATIVE = new Set(['input', 'textarea', 'select']);

/** Whether `element` is one of HTML's own fields. */
export function isNative(element: Element): boolean {
  return NATIVE.has(element.localName);
}

export function isButton(element: Element): boolean {
  return element.localName === 'input' && BUTTONS.has((element as HTMLInputElement).type);
}

/** Whether `element` has a value that somebody gives it. Custom elements that carry one count. */
export function isField(element: Element): boolean {
  const tag = element.localName;
  if (NATIVE.has(tag)) return !isButton(element);
  return tag === 'option' || tag.includes('-');
}

/** Password, card, one-time-code, hidden and file fields: no setting can show them. */
export function isNeverShown(element: Element): boolean {
  if (!isField(element)) return false; // most elements: nothing more to look at
  const tag = element.localName;
  if (tag === 'input' && (element as HTMLInputElement).type === 'password') wasPassword.add(element);
  if (wasPassword.has(element) || element.matches(NEVER_SHOWN)) return true;
  if (tag === 'option') {
    const select = element.closest('select');
    return select !== null && isNeverShown(select);
  }
  return NAMED_BY.some((name) => isSecretName(element.getAttribute(name)));
}

/** Whether what is in `element` is a secret, and not only nobody's business as in hidden and file fields. */
export function isSecret(element: Element): boolean {
  return isNeverShown(element) && !/^(?:hidden|file)$/.test((element as HTMLInputElement).type);
}

function isSecretName(name: string | null): boolean {
  return !!name && SECRET_NAME.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

/** Whether `element` is an editor: everything in it is somebody's text. `marked`: it may have the attribute. */
export function isEditor(element: Element, marked = true): boolean {
  if (NATIVE.has(element.localName)) return false;
  const mark = marked ? element.getAttribute('contenteditable') : null;
  const editable =
    (mark !== null && mark.toLowerCase() !== 'false') || EDITORS.test(element.getAttribute('class') ?? '');
  if (editable) wasEditable.add(element);
  return editable || wasEditable.has(element);
}

/** Whether the text of `element` is what was typed or chosen, though it is made like any other. */
export function isTextField(element: Element): boolean {
  return element.localName === 'textarea' || (element.hasAttribute('role') && element.matches(ARIA_FIELDS));
}

/** Whether `text` is a payment card's number: 13 to 19 digits with a right check digit (ISO/IEC 7812). */
export function isCardNumber(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '');
  if (!/^\d{13,19}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
