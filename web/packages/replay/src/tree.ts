/** A tree of serialized nodes, as a hand-made page may have sent it: cleaned in place, and no larger than the mirror
 * can show. No recursion: a hostile page may nest 100,000 deep. */

import { NodeType } from '@rrweb/types';
import type { Addresses } from './addresses.ts';
import { type Attributes, cleanAttributes, styleText } from './attributes.ts';
import { isId, MAX_ATTRIBUTES, MAX_DEPTH, MAX_TEXT } from './bounds.ts';
import { fateOf, isCustom, mayHost } from './names.ts';

/** An element that was taken away leaves a box of the same place; one that is unknown a box around what is in it. */
const REMOVED = 'opencobrowse-removed';
const UNKNOWN = 'opencobrowse-unknown';

/** What was read from JSON: nothing about it is certain. */
export type Raw = Record<string, unknown>;

export interface Heard {
  /** Where a box was scrolled to. */
  scroll(id: number, x: number, y: number): void;
  /** What a `select` holds. */
  select(id: number, value: string): void;
}

export class Trees {
  /** `room`: how many nodes may still come. */
  constructor(
    private readonly addresses: Addresses,
    private readonly heard: Heard,
    private room: number,
  ) {}

  /** Clean `root`; false where it is no node. `parent` is the tag around it, `depth` how deep it stands. */
  clean(root: unknown, parent = '', depth = 0): boolean {
    const seen = new Set<number>();
    if (!this.#take(root, seen)) return false;
    const waiting: [Raw, string, number][] = [[root, parent, depth]];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [node, around, deep] = next;
      const inside = this.#one(node, around);
      if (node.type !== NodeType.Document && node.type !== NodeType.Element) {
        delete node.childNodes;
        continue;
      }
      const children = Array.isArray(node.childNodes) && deep < MAX_DEPTH ? node.childNodes : [];
      const kept = children.filter((child) => belongs(child, node) && this.#take(child, seen)) as Raw[];
      node.childNodes = kept;
      for (let index = kept.length - 1; index >= 0; index--)
        waiting.push([kept[index] as Raw, inside, deep + 1]);
    }
    return true;
  }

  /** Whether there is room for this node, and no other has its id. */
  #take(node: unknown, seen: Set<number>): node is Raw {
    if (typeof node !== 'object' || node === null) return false;
    const { id, type } = node as Raw;
    const kind = typeof type === 'number' && type >= NodeType.Document && type <= NodeType.Comment;
    if (!kind || !isId(id) || seen.has(id) || this.room <= 0) return false;
    seen.add(id);
    this.room--;
    return true;
  }

  /** Clean one node by itself; its tag. */
  #one(node: Raw, parent: string): string {
    if (!isId(node.rootId)) delete node.rootId;
    if (node.type === NodeType.Element) return this.#element(node);
    if (node.type === NodeType.Document) return '';
    if (node.type === NodeType.DocumentType) {
      for (const name of ['name', 'publicId', 'systemId'])
        if (typeof node[name] !== 'string') node[name] = '';
      if (!/^[a-z]*$/i.test(node.name as string)) node.name = 'html';
    } else this.#text(node, parent);
    return '';
  }

  #text(node: Raw, parent: string): void {
    if (node.type === NodeType.CDATA) node.type = NodeType.Text; // there is none in HTML
    const text = typeof node.textContent === 'string' ? node.textContent : '';
    if (node.type === NodeType.Comment) node.textContent = '';
    else if (parent === 'style') node.textContent = styleText(text, this.addresses);
    else node.textContent = text.slice(0, MAX_TEXT);
  }

  #element(node: Raw): string {
    const tag = typeof node.tagName === 'string' ? node.tagName.toLowerCase() : '';
    const fate = fateOf(tag);
    const attributes = ownAttributes(node.attributes);
    node.attributes = fate === 'gone' ? {} : attributes;
    for (const flag of ['isSVG', 'isShadow', 'isShadowHost', 'isCustom'])
      if (node[flag] !== true) delete node[flag];
    if (!mayHost(tag)) delete node.isShadowHost;
    if (!isCustom(tag)) delete node.isCustom;
    if (fate !== 'stays') {
      node.tagName = fate === 'gone' ? REMOVED : UNKNOWN;
      if (fate === 'gone') node.childNodes = [];
    }
    cleanAttributes(tag, node.attributes as Attributes, this.addresses);
    const { rr_scrollLeft: x, rr_scrollTop: y } = attributes;
    if (x || y) this.heard.scroll(node.id as number, Number(x ?? 0), Number(y ?? 0));
    if (tag === 'select') this.heard.select(node.id as number, String(attributes.value ?? '')); // rrweb leaves out an empty one
    return tag;
  }
}

/** A document within would be written into the mirror's own; a doctype belongs to a document. */
function belongs(child: unknown, parent: Raw): boolean {
  const type = (child as Raw | null)?.type;
  return type !== NodeType.Document && (type !== NodeType.DocumentType || parent.type === NodeType.Document);
}

function ownAttributes(given: unknown): Attributes {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return {};
  const names = Object.keys(given);
  for (const name of names.slice(MAX_ATTRIBUTES)) delete (given as Attributes)[name];
  return given as Attributes;
}
