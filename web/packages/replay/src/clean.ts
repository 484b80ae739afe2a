/**
 * A second look at what a customer's page sent, in the viewer (reliability.md B1, B2): a page that was made by
 * hand never ran our mask. The sandbox is what stops scripts and the content policy is what stops requests;
 * this takes away what would only lean on them.
 */

import {
  EventType,
  type eventWithTime,
  IncrementalSource,
  NodeType,
  type serializedNodeWithId,
} from '@rrweb/types';

type Attributes = Record<string, unknown>;

/** Elements that load or run something by themselves; each becomes an empty box of the same place. */
const FORBIDDEN = new Set([
  'script',
  'object',
  'embed',
  'applet',
  'base',
  'portal',
  'fencedframe',
  'frame',
  'frameset',
]);
const PLACEHOLDER = 'opencobrowse-removed';

const DROPPED = new Set([
  'srcdoc',
  'ping',
  'target',
  'action',
  'formaction',
  'formtarget',
  'autofocus',
  'http-equiv',
  'manifest',
  'sandbox',
  'allow',
  'nonce',
  'integrity',
  'is',
]);
const ADDRESSES = new Set(['href', 'src', 'xlink:href', 'poster', 'background', 'data', 'cite', 'longdesc']);
const INERT_LINKS = new Set(['stylesheet', 'icon', 'alternate', 'canonical']);

/** Browsers skip blanks and control characters in a scheme. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BLANKS = /[\u0000-\u0020\u007f-\u00a0]/g;
const SCRIPT_SCHEME =
  /^(?:javascript|vbscript|livescript|data:(?!image\/|font\/|audio\/|video\/|text\/css))/i;

/** True for an address that runs something, or is a document of its own. */
function runs(address: string): boolean {
  const colon = address.indexOf(':');
  if (colon === -1) return false;
  return SCRIPT_SCHEME.test(address.replace(BLANKS, ''));
}

function mayStay(tag: string, name: string, value: unknown): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith('on') || DROPPED.has(lower)) return false;
  // A form or image of this name would stand in for a property of its document (DOM clobbering).
  if (lower === 'name') return !(String(value) in Document.prototype);
  if (lower === 'attributename') return !/href/i.test(String(value)); // SVG animations of an address
  if (typeof value !== 'string' || !ADDRESSES.has(lower)) return true;
  return !(tag === 'iframe' || runs(value));
}

function cleanAttributes(tag: string, attributes: Attributes): void {
  for (const name in attributes) {
    if (!mayStay(tag, name, attributes[name])) delete attributes[name];
  }
  if (tag !== 'link') return;
  const kinds = String(attributes.rel ?? '')
    .toLowerCase()
    .split(/\s+/);
  if (!kinds.every((kind) => INERT_LINKS.has(kind))) delete attributes.href;
}

export type OnScroll = (id: number, x: number, y: number) => void;
export type OnSelect = (id: number, value: string) => void;

/** Clean a node and all below it, in place. No recursion: a hostile page may nest 100,000 deep. */
function cleanTree(root: serializedNodeWithId, onScroll: OnScroll, onSelect: OnSelect): void {
  const waiting: serializedNodeWithId[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === NodeType.Element) {
      const tag = node.tagName.toLowerCase();
      if (FORBIDDEN.has(tag.replace(/^.*:/, ''))) {
        node.tagName = PLACEHOLDER;
        node.attributes = {};
        node.childNodes = [];
        continue;
      }
      const attributes = node.attributes as Attributes;
      cleanAttributes(tag, attributes);
      const { rr_scrollLeft: x, rr_scrollTop: y } = attributes;
      if (x || y) onScroll(node.id, Number(x ?? 0), Number(y ?? 0));
      if (tag === 'select') onSelect(node.id, String(attributes.value ?? '')); // rrweb leaves out an empty one
    } else if (node.type === NodeType.Document && node !== root) {
      // Only the mirror's own document may be written to (its quirks mode); a frame's is built without.
      delete node.compatMode;
    }
    if ('childNodes' in node) for (const child of node.childNodes) waiting.push(child);
  }
}

/** Clean one event in place. `tagOf` tells the tag of a mirrored node; `onScroll` hears where boxes were,
 * `onSelect` what a `select` holds. */
export function cleanEvent(
  event: eventWithTime,
  tagOf: (id: number) => string,
  onScroll: OnScroll,
  onSelect: OnSelect = () => undefined,
): void {
  if (event.type === EventType.FullSnapshot) cleanTree(event.data.node, onScroll, onSelect);
  if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.Mutation)
    return;
  for (const added of event.data.adds) {
    if (added.node.type === NodeType.Document) delete added.node.compatMode;
    cleanTree(added.node, onScroll, onSelect);
  }
  for (const changed of event.data.attributes) {
    cleanAttributes(tagOf(changed.id), changed.attributes as Attributes);
  }
}
