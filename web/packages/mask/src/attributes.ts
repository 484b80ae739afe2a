/** The attributes of one element, as they may leave. */

import { isCardNumber, isField } from './fields.ts';
import type { Levels } from './level.ts';
import { type Names, SHAPE, STATES } from './names.ts';
import { maskProperty, maskSheet, maskValue } from './styles.ts';

/** What stands in the place of any masked text: neither its length nor its rhythm. */
export const MASKED = '••••••';

export type Attributes = Record<string, unknown>;

/** The state of what is chosen: in the way HTML says it, and as ARIA does. */
const CHOSEN = ['checked', 'selected', 'aria-checked', 'aria-selected', 'aria-valuenow', 'aria-valuetext'];
const CHOOSERS =
  /^(?:checkbox|radio|switch|slider|spinbutton|option|menuitemcheckbox|menuitemradio|textbox)$/;

/** Pictures and documents that an element that is hidden would show. */
const PICTURES =
  /^(?:src|srcset|imagesrcset|poster|data|background|archive|rr_dataURL|rr_src|rr_captured\w+)$/;

/** Where an element leads. */
const TARGETS = /^(?:(?:xlink:)?href|(?:form)?action|cite|ping|longdesc|manifest|codebase|profile)$/;

/** The few `meta` elements that change how a page looks; the rest is no business of a viewer. */
const VISIBLE_META = /^(?:viewport|color-scheme|theme-color)$/i;

const HANDLER = /^on/i;

/** Names of elements and parts, which style sheets and other elements name again. */
const NAMING =
  /^(?:class|id|for|name|part|exportparts|slot|list|form|headers|itemref|popovertarget|commandfor|is|aria-(?:controls|labelledby|describedby|owns|activedescendant|details|flowto|errormessage))$/;

/** Values shorter than this are in too many other words to look for. */
const ECHO_LENGTH = 3;

/** What the attributes of every element are masked by. */
export interface Context {
  levels: Levels;
  names: Names;
  /** What is in the hidden fields just now. */
  typed(): string[];
}

/** Mask `attributes` of `element` in place. */
export function maskAttributes(attributes: Attributes, element: Element, context: Context): void {
  const { levels, names, typed } = context;
  maskField(attributes, element, levels);
  if (element.localName === 'meta' && !VISIBLE_META.test(element.getAttribute('name') ?? '')) {
    delete attributes.content;
  }
  const hidden = levels.hidesSpoken(element);
  if (hidden) keepRoom(attributes, element);
  for (const name in attributes) {
    const value = attributes[name];
    if (name === 'srcdoc' || HANDLER.test(name)) delete attributes[name];
    else if (name === 'style') maskStyle(attributes, hidden || isEcho(JSON.stringify(value), typed()), names);
    else if (typeof value !== 'string' || value === '' || name === '_cssText') continue;
    else if (hidden) maskHidden(attributes, name, value, element, names);
    else maskShown(attributes, name, value, element, context);
  }
}

/** An attribute of an element that is shown. */
function maskShown(at: Attributes, name: string, value: string, element: Element, context: Context): void {
  const { levels, names, typed } = context;
  if (levels.private && NAMING.test(name)) at[name] = names.all(value);
  else if (levels.private && name.startsWith('data-')) at[name] = names.asked(value) ?? value;
  else if (TARGETS.test(name) && value[0] !== '#' && element.localName !== 'link') at[name] = bare(value);
  if (name !== 'class' && isEcho(value, typed())) at[name] = MASKED;
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

/** An attribute of an element whose texts are hidden: what is not known to be safe does not pass. */
function maskHidden(at: Attributes, name: string, value: string, element: Element, names: Names): void {
  if (NAMING.test(name)) at[name] = names.all(value);
  else if (PICTURES.test(name)) delete at[name];
  else if (TARGETS.test(name)) {
    if (value[0] === '#') at[name] = `#${names.of(value.slice(1))}`;
    else if (element.localName === 'a')
      at[name] = '#'; // it looks like a link as long as it has one
    else delete at[name];
  } else if (SHAPE.test(name) || (/^(?:aria|data)-/.test(name) && STATES.test(value))) return;
  else if (name === 'content' && element.localName === 'meta')
    return; // one of those that are visible
  else at[name] = names.asked(value) ?? (isPlain(name, value, element, names) ? value : MASKED);
}

/** A word or a number that HTML or SVG has a meaning for. */
function isPlain(name: string, value: string, element: Element, names: Names): boolean {
  if (/^(?:data|aria)-|^(?:value|content|label|title|alt|placeholder|summary|abbr)$/.test(name)) return false;
  return /^[-a-z]+$/i.test(value)
    ? names.knows(value)
    : !element.localName.includes('-') && /^(?:[\d\s.,%#a-f+-]|px|em)*$/i.test(value);
}

/** Inline styles: the whole, or what of them has changed (`{property: value}`, `[value, priority]`, false). */
function maskStyle(attributes: Attributes, hidden: boolean, names: Names): void {
  const { style } = attributes;
  if (!hidden) return;
  if (typeof style === 'string') attributes.style = maskSheet(style, names);
  else if (typeof style === 'object' && style !== null) {
    attributes.style = Object.fromEntries(
      Object.entries(style).map(([property, value]: [string, unknown]) => [
        maskProperty(property, names),
        maskPart(property, value, names),
      ]),
    );
  }
}

function maskPart(property: string, value: unknown, names: Names): unknown {
  if (typeof value === 'string') return maskValue(property, value, names);
  return Array.isArray(value) ? [maskPart(property, value[0], names), value[1]] : value;
}

/** A picture that is hidden leaves the room that it took. */
function keepRoom(attributes: Attributes, element: Element): void {
  if (!('src' in attributes || 'srcset' in attributes || 'data' in attributes)) return;
  const { width, height } = element.getBoundingClientRect();
  if (width > 0) Object.assign(attributes, { rr_width: `${width}px`, rr_height: `${height}px` });
}

/** Frameworks copy what is typed: to size a box, to style it, to read it out, to lead to it. */
export function isEcho(value: string | undefined, typed: string[]): boolean {
  return value !== undefined && typed.some((text) => value.includes(text));
}

/** What is in `fields` now, as far as it is long enough to be looked for. */
export function typedIn(fields: Iterable<Element>, length = ECHO_LENGTH): string[] {
  const texts: string[] = [];
  for (const field of fields) {
    const { type, value = field.textContent } = field as HTMLInputElement;
    const chosen = type === 'checkbox' || type === 'radio' || type?.startsWith('select');
    if (chosen || typeof value !== 'string' || value.trim().length < length) continue;
    texts.push(value.trim(), encodeURIComponent(value.trim()));
  }
  return texts;
}

/** An address without its query and fragment: both carry what people typed. */
function bare(href: string): string {
  return href.replace(/[?#][\s\S]*/, '');
}
