/** Putting something into fields: by the browser's own setters, not those that a framework has put before them, and
 * with the events that it waits for. */

type Result = string | undefined;

/** As they were when this was loaded. */
const put = {
  input: setter(HTMLInputElement.prototype),
  textarea: setter(HTMLTextAreaElement.prototype),
};
const NO_TEXT = /^(?:checkbox|radio|button|submit|reset|image|file|hidden)$/;

function setter(prototype: object): ((value: string) => void) | undefined {
  return Object.getOwnPropertyDescriptor(prototype, 'value')?.set;
}

export type TextField = HTMLInputElement | HTMLTextAreaElement;

export function asTextField(element: Element): TextField | undefined {
  if (element.localName === 'textarea') return element as HTMLTextAreaElement;
  const isText = element.localName === 'input' && !NO_TEXT.test((element as HTMLInputElement).type);
  return isText ? (element as HTMLInputElement) : undefined;
}

export function isEditable(element: Element): boolean {
  return (element as HTMLElement).isContentEditable === true;
}

function edit(type: string, inputType: string, data: string | null, cancelable = false): InputEvent {
  return new InputEvent(type, { bubbles: true, composed: true, cancelable, inputType, data });
}

/** Give a field a value as if it had been typed. Returns why that could not be. */
export function setValue(field: TextField, value: string, inputType: string, data: string | null): Result {
  if (!field.dispatchEvent(edit('beforeinput', inputType, data, true))) return undefined; // the page does it
  put[field.localName as keyof typeof put]?.call(field, value);
  field.dispatchEvent(edit('input', inputType, data));
  return value !== '' && field.value === '' ? 'not.accepted' : undefined;
}

export function change(field: Element): void {
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Put `text` in place of what is in `element`. */
export function type(element: Element, text: string): Result {
  const field = asTextField(element);
  if (field === undefined && !isEditable(element)) return 'not.a.field';
  (element as HTMLElement).focus({ preventScroll: true });
  if (field === undefined) return write(element, text);
  const room = field.maxLength >= 0 ? text.slice(0, field.maxLength) : text;
  key(field, 'keydown');
  const result = setValue(field, room, 'insertReplacementText', room);
  key(field, 'keyup');
  change(field);
  return result;
}

/** Widgets listen for keys though it is the text that they want. Said as on-screen keyboards say it. */
function key(field: Element, type: string): void {
  const init = { key: 'Unidentified', keyCode: 229, bubbles: true, composed: true, cancelable: true };
  field.dispatchEvent(new KeyboardEvent(type, init));
}

/** Into an editor: through the browser's own editing, so that the page's editor sees it as typing. */
function write(element: Element, text: string): Result {
  const { ownerDocument: document } = element;
  document.getSelection()?.selectAllChildren(element);
  const done = document.execCommand(text === '' ? 'delete' : 'insertText', false, text);
  return done || text === '' ? undefined : 'not.accepted';
}

export function select(element: Element, values: number[]): Result | 'stale' {
  if (element.localName !== 'select') return 'not.a.field';
  const list = element as HTMLSelectElement;
  const wanted = new Set(values);
  const options = [...wanted].map((index) => list.options[index]);
  if (options.some((option) => option === undefined)) return 'stale';
  if (options.some((option) => option?.matches(':disabled'))) return 'disabled';
  if (!list.multiple && wanted.size !== 1) return 'not.accepted';
  list.focus({ preventScroll: true });
  if (list.multiple) for (const option of list.options) option.selected = wanted.has(option.index);
  else list.selectedIndex = values[0] ?? -1;
  list.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  change(list);
  return undefined;
}

const CHECKABLE = 'input[type=checkbox],input[type=radio],[role=checkbox],[role=radio],[role=switch]';

/** The box or dot that `element` is or is the label of. */
export function checkable(element: Element): Element | undefined {
  const named = element.closest('label')?.control ?? element;
  return named.closest(CHECKABLE) ?? undefined;
}

export function isChecked(box: Element): boolean {
  return box.localName === 'input'
    ? (box as HTMLInputElement).checked
    : box.getAttribute('aria-checked') === 'true';
}
