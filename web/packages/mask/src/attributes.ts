/** The attributes of one element, as they may leave. */

import { isButton, isCardNumber, isField } from './fields.ts';
import type { Levels } from './level.ts';

/** What stands in the place of any masked text: neither its length nor its rhythm. */
export const MASKED = '••••••';

export type Attributes = Record<string, unknown>;

/** What a screen reader says or a tooltip shows. */
const SPOKEN = new Set([
  'title',
  'alt',
  'placeholder',
  'label',
  'summary',
  'content',
  'aria-label',
  'aria-description',
  'aria-placeholder',
  'aria-roledescription',
  'aria-valuetext',
]);

/** The state of what is chosen: in the way HTML says it, and as ARIA does. */
const CHOSEN = ['checked', 'selected', 'aria-checked', 'aria-valuenow', 'aria-valuetext'];
const CHOOSERS = /^(?:checkbox|radio|switch|slider|spinbutton|menuitemcheckbox|menuitemradio|textbox)$/;

/** Pictures and documents that an element that is hidden would show. */
const PICTURES = ['src', 'srcset', 'poster', 'data', 'xlink:href', 'rr_dataURL', 'rr_src'];

/** The few `meta` elements that change how a page looks; the rest is no business of a viewer. */
const VISIBLE_META = /^(?:viewport|color-scheme|theme-color)$/i;

const HANDLER = /^on/i;

/** Values shorter than this are in too many other words to look for. */
const ECHO_LENGTH = 3;

/** Mask `attributes` of `element` in place. `typed` gives what is in the hidden fields just now. */
export function maskAttributes(
  attributes: Attributes,
  element: Element,
  levels: Levels,
  typed: () => string[],
): void {
  maskField(attributes, element, levels);
  if (element.localName === 'meta' && !VISIBLE_META.test(element.getAttribute('name') ?? '')) {
    delete attributes.content;
  }
  if (levels.hides(element)) for (const name of PICTURES) delete attributes[name];
  const hidesSpoken = levels.hidesSpoken(element);
  for (const name in attributes) {
    const value = attributes[name];
    if (name === 'srcdoc' || HANDLER.test(name)) delete attributes[name];
    else if (typeof value !== 'string' || value === '') continue;
    else if (hidesSpoken && isSpoken(name, element)) attributes[name] = MASKED;
    else if (mayEcho(name) && typed().some((text) => value.includes(text))) attributes[name] = MASKED;
  }
}

function maskField(attributes: Attributes, element: Element, levels: Levels): void {
  if (!isField(element) && !CHOOSERS.test(element.getAttribute('role') ?? '')) return;
  const value = attributes.value;
  const card = typeof value === 'string' && isCardNumber(value);
  if (!card && !levels.hidesValue(element)) return;
  if (typeof value === 'string' && value !== '') attributes.value = MASKED;
  if (element.localName.includes('-')) return;
  for (const name of CHOSEN) delete attributes[name];
}

function isSpoken(name: string, element: Element): boolean {
  return SPOKEN.has(name) || (name === 'value' && isButton(element));
}

/** Frameworks copy what is typed into these: to size a box, to style it, to read it out. */
function mayEcho(name: string): boolean {
  return name.startsWith('data-') || name === 'title' || name === 'value' || name.startsWith('aria-');
}

/** What is in `fields` now, as far as it is long enough to be looked for. */
export function typedIn(fields: Iterable<Element>): string[] {
  const texts: string[] = [];
  for (const field of fields) {
    const { type, value } = field as HTMLInputElement;
    const chosen = type === 'checkbox' || type === 'radio' || type?.startsWith('select');
    if (!chosen && typeof value === 'string' && value.trim().length >= ECHO_LENGTH) texts.push(value.trim());
  }
  return texts;
}
