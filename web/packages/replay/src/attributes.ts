/** The attributes of one element of the mirror, as a hand-made page may have sent them (reliability.md B1, B2). */

import type { Addresses } from './addresses.ts';
import { MAX_CSS, MAX_VALUE } from './bounds.ts';
import { cleanCss } from './css.ts';
import { isCustom, mayBeAnimated, mayStay } from './names.ts';

export type Attributes = Record<string, unknown>;

/** Which attributes of which elements are pictures. Every other address is taken away. */
const PICTURES: Readonly<Record<string, readonly string[]>> = {
  img: ['src'],
  input: ['src'],
  video: ['poster'],
  image: ['href', 'xlink:href'],
  feimage: ['href', 'xlink:href'],
  use: ['href', 'xlink:href'],
  body: ['background'],
  table: ['background'],
  tbody: ['background'],
  thead: ['background'],
  tfoot: ['background'],
  tr: ['background'],
  td: ['background'],
  th: ['background'],
};
const SETS = new Set(['img', 'source']);
const LINKS = new Set(['a', 'area']);
const HREF = new Set(['href', 'xlink:href']);

/** Presentation attributes in which CSS can name an address, and what SVG animates them to. */
const PAINT = new Set(
  'fill stroke filter mask clip-path cursor marker marker-start marker-mid marker-end from to by values'.split(
    ' ',
  ),
);

const VISIBLE_META = /^(?:viewport|color-scheme|theme-color)$/i;
const INLINE_PICTURE = /^data:image\/(?:png|jpeg|webp|gif|bmp|avif);base64,/i;

/** Elements whose name is looked for in their document before its own properties are. */
const NAMED_IN_DOCUMENT = new Set(['img', 'form', 'iframe']);
const HARMLESS = new Set(['id', 'role', 'slot', 'part', 'prefix']);

/** Whether a name or an id would stand in for what we or rrweb ask a form or a document for (DOM clobbering). */
function clobbers(tag: string, attribute: string, value: string): boolean {
  if (value in Element.prototype) return !HARMLESS.has(value);
  return attribute === 'name' && NAMED_IN_DOCUMENT.has(tag) && value in Document.prototype;
}

/** Clean `attributes` of an element `tag` (in lower case) in place. */
export function cleanAttributes(tag: string, attributes: Attributes, addresses: Addresses): void {
  for (const name of Object.keys(attributes)) {
    const value = cleaned(tag, name, attributes[name], addresses);
    if (value === undefined) delete attributes[name];
    else attributes[name] = value;
  }
  if (tag === 'link') cleanLink(attributes);
  if (tag === 'meta' && !VISIBLE_META.test(String(attributes.name ?? ''))) delete attributes.content;
}

/** One attribute's value as it may be set; undefined where it may not. */
function cleaned(tag: string, name: string, value: unknown, addresses: Addresses): unknown {
  const lower = name.toLowerCase();
  if (value === null) return null; // it is taken away: always allowed
  if (lower.startsWith('rr_media') && tag !== 'video' && tag !== 'audio') return undefined; // rrweb would play it
  if (lower === 'style') return cleanStyle(value, addresses);
  if (typeof value === 'object' || typeof value === 'function' || value === undefined) return undefined;
  if (typeof value !== 'string') return mayStay(lower) ? value : undefined;
  if (lower === '_csstext')
    return tag === 'style' || tag === 'link' ? styleText(value, addresses) : undefined;
  const address = cleanAddress(tag, lower, value, addresses);
  if (address !== false) return address;
  if (value.length > MAX_VALUE) return undefined;
  if (lower === 'content') return tag === 'meta' ? value : undefined;
  if ((lower === 'name' || lower === 'id') && clobbers(tag, lower, value)) return undefined;
  if (lower === 'name' && tag === 'iframe') return undefined;
  if (lower === 'attributename') return mayBeAnimated(value.trim().toLowerCase()) ? value : undefined;
  if (!mayStay(lower)) return undefined;
  return PAINT.has(lower) ? cleanCss(value, addresses.style) : value;
}

/** An address as it may stay, undefined where it may not; false for what is none. */
function cleanAddress(
  tag: string,
  name: string,
  value: string,
  addresses: Addresses,
): string | undefined | false {
  if (name === 'rr_dataurl') return INLINE_PICTURE.test(value) ? value : undefined;
  if (PICTURES[tag]?.includes(name)) return addresses.picture(value);
  if (name === 'srcset') return SETS.has(tag) ? addresses.pictures(value) : undefined;
  if (!HREF.has(name)) return false;
  if (tag === 'link') return addresses.proxied(value.trim());
  if (LINKS.has(tag) || isCustom(tag)) return addresses.link(value);
  return value.trim().startsWith('#') ? value : undefined;
}

/** Only a style sheet may be linked to. A mutation that changes the address alone finds the `rel` that was allowed. */
function cleanLink(attributes: Attributes): void {
  if (attributes.rel === undefined) return;
  const kinds = String(attributes.rel).toLowerCase().trim().split(/\s+/);
  const sheet =
    kinds.includes('stylesheet') && kinds.every((kind) => kind === 'stylesheet' || kind === 'alternate');
  if (sheet) return;
  delete attributes.href;
  delete attributes.rel;
}

/** The text of a style sheet as it may be. */
export function styleText(text: unknown, addresses: Addresses): string {
  if (typeof text !== 'string' || text.length > MAX_CSS) return '';
  return cleanCss(text, addresses.style);
}

/** A `style` attribute: its text, or what of it changed: `{property: value | [value, priority] | false}`. */
function cleanStyle(value: unknown, addresses: Addresses): unknown {
  if (typeof value === 'string') return styleText(value, addresses);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const changes: Record<string, unknown> = Object.create(null);
  for (const [property, change] of Object.entries(value)) {
    if (change === false) changes[property] = false;
    else if (typeof change === 'string') changes[property] = styleText(change, addresses);
    else if (Array.isArray(change)) {
      changes[property] = [styleText(change[0], addresses), change[1] === 'important' ? 'important' : ''];
    }
  }
  return changes;
}
