/** A key, as events, and then what the browser would have done with it: events of scripts do none of that by
 * themselves. Only keys that mean something to a page; none of the browser's own. */

import type { Action } from '@opencobrowse/protocol';
import { asTextField, change, isEditable, setValue, type TextField } from './fields.ts';
import { modifierKeys } from './mouse.ts';
import { type Reason, submitRefusal } from './rules.ts';

const NAMED: Record<string, [keyCode: number, code?: string]> = {
  Enter: [13],
  Tab: [9],
  Escape: [27],
  Backspace: [8],
  Delete: [46],
  ' ': [32, 'Space'],
  ArrowLeft: [37],
  ArrowUp: [38],
  ArrowRight: [39],
  ArrowDown: [40],
  Home: [36],
  End: [35],
  PageUp: [33],
  PageDown: [34],
};
/** With Ctrl or Meta: what editors and lists know, and no browser or system takes for itself. */
const WITH_CONTROL = /^(?:[abikzyABIKZY]|Enter|Backspace|Delete|Home|End|Arrow\w+)$/;

export function isAllowedKey({ key = '', modifiers = [] }: Action): boolean {
  if (modifiers.includes('alt')) return false;
  if (modifiers.includes('control') || modifiers.includes('meta')) return WITH_CONTROL.test(key);
  return Object.hasOwn(NAMED, key) || [...key].length === 1;
}

/** Press `action.key` where the focus is. `next` finds where Tab leads. Returns why it was not done. */
export function press(
  at: HTMLElement,
  action: Action,
  next: (back: boolean) => HTMLElement | undefined,
): Reason | undefined {
  const { key = '' } = action;
  const held = modifierKeys(action.modifiers);
  const [keyCode, code = key] = NAMED[key] ?? [key.toUpperCase().charCodeAt(0), ''];
  const init = { key, code, keyCode, bubbles: true, composed: true, cancelable: true, ...held };
  const fire = (type: string): boolean => at.dispatchEvent(new KeyboardEvent(type, init));
  const writes = !held.ctrlKey && !held.metaKey;
  let result: Reason | undefined;
  if (fire('keydown') && at.isConnected) {
    const types = writes && ([...key].length === 1 || key === 'Enter');
    if (!types || fire('keypress')) result = act(at, key, held, next);
  }
  fire('keyup');
  return result;
}

function act(
  at: HTMLElement,
  key: string,
  held: EventModifierInit,
  next: (back: boolean) => HTMLElement | undefined,
): Reason | undefined {
  const field = asTextField(at);
  if (held.ctrlKey || held.metaKey) {
    if (key.toLowerCase() === 'a') selectAll(at, field);
  } else if (key === 'Tab') next(held.shiftKey === true)?.focus();
  else if (key === 'Escape') close(at);
  else if (key === 'Enter') return enter(at, field);
  else if (key === ' ' && at.matches('button,summary,input:not([type=text])') && !field) at.click();
  else if (key === 'Backspace' || key === 'Delete') erase(at, field, key === 'Delete');
  else if ([...key].length === 1) insert(at, field, key);
  else step(at, field, key);
  return undefined;
}

function enter(at: HTMLElement, field: TextField | undefined): Reason | undefined {
  if (field?.localName === 'textarea') insert(at, field, '\n');
  else if (isEditable(at)) at.ownerDocument.execCommand('insertParagraph');
  else if (
    at.matches('a[href],button,summary,input:is([type=submit],[type=button],[type=reset],[type=image])')
  )
    at.click();
  else if (at.localName === 'input') return submit(at as HTMLInputElement);
  return undefined;
}

/** As browsers do: by the form's first button that sends it; without one, only where there is but one field. */
function submit(field: HTMLInputElement): Reason | undefined {
  const { form } = field;
  if (form === null) return undefined;
  const parts = [...form.elements] as HTMLInputElement[];
  const button = parts.find((part) => part.matches('button,input') && /^(?:submit|image)$/.test(part.type));
  const reason = submitRefusal(form, button);
  if (reason !== undefined) return reason;
  if (button !== undefined) {
    if (!button.disabled) button.click();
  } else if (parts.filter((part) => part.localName === 'input' && asTextField(part)).length <= 1) {
    form.requestSubmit();
  }
  return undefined;
}

/** Put `text` where the caret is. */
function insert(at: HTMLElement, field: TextField | undefined, text: string): void {
  if (field === undefined) {
    if (isEditable(at)) at.ownerDocument.execCommand('insertText', false, text);
    return;
  }
  splice(field, text, 'insertText', (start, end) => [start, end]);
}

function erase(at: HTMLElement, field: TextField | undefined, forward: boolean): void {
  if (field === undefined) {
    if (isEditable(at)) at.ownerDocument.execCommand(forward ? 'forwardDelete' : 'delete');
    return;
  }
  const how = forward ? 'deleteContentForward' : 'deleteContentBackward';
  splice(field, '', how, (start, end) => {
    if (start !== end) return [start, end];
    return forward ? [start, end + 1] : [Math.max(0, start - 1), end];
  });
}

type Range = (start: number, end: number) => [number, number];

function splice(field: TextField, text: string, how: string, range: Range): void {
  if (field.readOnly) return;
  const { value } = field;
  // Numbers and addresses have no caret that can be asked for: their end.
  const [start, end] = range(field.selectionStart ?? value.length, field.selectionEnd ?? value.length);
  const result = value.slice(0, start) + text + value.slice(end);
  if (field.maxLength >= 0 && result.length > field.maxLength && text !== '') return;
  setValue(field, result, how, text === '' ? null : text);
  if (field.selectionStart !== null) field.setSelectionRange(start + text.length, start + text.length);
}

function selectAll(at: HTMLElement, field: TextField | undefined): void {
  if (field) field.select();
  else if (isEditable(at)) at.ownerDocument.getSelection()?.selectAllChildren(at);
}

/** Escape closes what it closes: a dialog, and a popover that a click beside it would close. */
function close(at: HTMLElement): void {
  const open = at.closest<HTMLElement>('dialog:modal,[popover=""]:popover-open,[popover=auto]:popover-open');
  if (open === null) return;
  if (open.localName !== 'dialog') open.hidePopover();
  else if (open.dispatchEvent(new Event('cancel', { cancelable: true }))) (open as HTMLDialogElement).close();
}

/** Arrows and their like: the next option, the next step, the caret, the page. */
function step(at: HTMLElement, field: TextField | undefined, key: string): void {
  const by = key === 'ArrowUp' || key === 'ArrowLeft' ? -1 : 1;
  if (!/^Arrow/.test(key)) edge(at, field, key);
  else if (at.localName === 'select') choose(at as HTMLSelectElement, by);
  else if (at.matches('input[type=range],input[type=number]')) spin(at as HTMLInputElement, key);
  else if (at.matches('input[type=radio]')) turn(at as HTMLInputElement, by);
  else if (field?.selectionStart != null) {
    const to = Math.max(0, field.selectionStart + by);
    field.setSelectionRange(to, to);
  } else if (at === at.ownerDocument.body) scrollBy(at, /Up|Down/.test(key) ? by * 40 : 0);
}

function edge(at: HTMLElement, field: TextField | undefined, key: string): void {
  const view = at.ownerDocument.defaultView ?? window;
  if (field?.selectionStart != null) {
    const to = /Home|Up/.test(key) ? 0 : field.value.length;
    field.setSelectionRange(to, to);
  } else if (!field && !isEditable(at)) {
    const page = key === 'PageUp' ? -1 : 1;
    const far = key === 'Home' ? -1e9 : 1e9;
    scrollBy(at, /^Page/.test(key) ? page * view.innerHeight * 0.9 : far);
  }
}

function scrollBy(at: HTMLElement, top: number): void {
  at.ownerDocument.defaultView?.scrollBy({ top, behavior: 'instant' });
}

function choose(list: HTMLSelectElement, by: number): void {
  const options = [...list.options];
  for (let index = list.selectedIndex + by; index >= 0 && index < options.length; index += by) {
    if (options[index]?.matches(':disabled')) continue;
    list.selectedIndex = index;
    list.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    change(list);
    return;
  }
}

function spin(input: HTMLInputElement, key: string): void {
  if (input.readOnly) return;
  const copy = input.cloneNode() as HTMLInputElement;
  if (/Up|Right/.test(key)) copy.stepUp();
  else copy.stepDown();
  setValue(input, copy.value, 'insertReplacementText', null);
  change(input);
}

function turn(dot: HTMLInputElement, by: number): void {
  const { form, name } = dot;
  const root = dot.getRootNode() as ParentNode;
  const group = [...root.querySelectorAll<HTMLInputElement>('input[type=radio]')].filter(
    (other) => other.form === form && other.name === name && !other.disabled,
  );
  const next = group.at((group.indexOf(dot) + by) % group.length);
  next?.focus();
  next?.click();
}
