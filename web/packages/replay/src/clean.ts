/**
 * A second look at what a customer's page sent, in the viewer (reliability.md B1, B2): a page that was made by
 * hand never ran our mask. Only what is named passes: kinds of events, elements, attributes, addresses. The sandbox
 * stops scripts and the content policy stops requests all the same; neither is leant on.
 */

import { EventType, type eventWithTime, IncrementalSource, NodeType } from '@rrweb/types';
import { Addresses } from './addresses.ts';
import { type Attributes, cleanAttributes, styleText } from './attributes.ts';
import { isId, MAX_NODES, MAX_VALUE, size } from './bounds.ts';
import { type Raw, Trees } from './tree.ts';

/** The mirror as it is now, as far as cleaning depends on it. */
export interface Mirrored {
  /** The tag of a mirrored node, in lower case; '' for what is no element. */
  tagOf(id: number): string;
  /** The tag around a mirrored node. */
  tagAround(id: number): string;
  /** How deep a mirrored node stands, and how many nodes there are. */
  depthOf(id: number): number;
  count(): number;
  scroll(id: number, x: number, y: number): void;
  select(id: number, value: string): void;
}

/** Pointers come as frames of their own; fonts would be loaded around every rule; the rest we never ask for. */
const SOURCES: ReadonlySet<unknown> = new Set([
  IncrementalSource.Mutation,
  IncrementalSource.Scroll,
  IncrementalSource.ViewportResize,
  IncrementalSource.Input,
  IncrementalSource.MediaInteraction,
  IncrementalSource.StyleSheetRule,
  IncrementalSource.StyleDeclaration,
  IncrementalSource.AdoptedStyleSheet,
]);

const MAX_RULES = 100_000;

export class Cleaner {
  #base = '';

  constructor(
    private readonly mirrored: Mirrored,
    private readonly proxy: () => string | undefined,
  ) {}

  /** Clean one event in place; false for a kind that is not shown. Throws for what is no event. */
  event(event: eventWithTime): boolean {
    const { type, data } = event as { type?: unknown; data?: Raw };
    if (typeof data !== 'object' || data === null) throw new TypeError('an event without data');
    event.timestamp = 0; // the customer's clock: nothing is to depend on it
    if (type === EventType.Meta) return this.#meta(data);
    if (type === EventType.FullSnapshot) return this.#snapshot(data);
    return type === EventType.IncrementalSnapshot && SOURCES.has(data.source) && this.#change(data);
  }

  get #addresses(): Addresses {
    return new Addresses(this.proxy(), this.#base);
  }

  #meta(data: Raw): boolean {
    this.#base = typeof data.href === 'string' && /^https?:/.test(data.href) ? data.href : '';
    data.href = this.#base;
    data.width = size(data.width);
    data.height = size(data.height);
    return true;
  }

  #snapshot(data: Raw): boolean {
    const { left, top } = (data.initialOffset ?? {}) as Raw;
    data.initialOffset = { left: Number(left) || 0, top: Number(top) || 0 };
    const root = data.node as Raw | undefined;
    if (root?.type === NodeType.Document && new Trees(this.#addresses, this.mirrored, MAX_NODES).clean(root))
      return true;
    throw new TypeError('a snapshot of no document');
  }

  #change(data: Raw): boolean {
    if ('id' in data && data.id !== undefined && data.id !== null && !isId(data.id)) return false;
    switch (data.source) {
      case IncrementalSource.Mutation:
        this.#mutation(data);
        break;
      case IncrementalSource.ViewportResize:
        data.width = size(data.width);
        data.height = size(data.height);
        break;
      case IncrementalSource.Input:
        data.text = String(data.text ?? '').slice(0, MAX_VALUE);
        data.isChecked = data.isChecked === true;
        break;
      case IncrementalSource.StyleSheetRule:
      case IncrementalSource.StyleDeclaration:
        this.#rules(data);
        break;
      case IncrementalSource.AdoptedStyleSheet:
        data.styles = listOf(data.styles);
        for (const style of data.styles as Raw[]) style.rules = this.#cleanRules(style.rules);
        break;
      default:
    }
    return true;
  }

  #mutation(data: Raw): void {
    const { mirrored } = this;
    const trees = new Trees(this.#addresses, mirrored, MAX_NODES - mirrored.count());
    const tags = new Map<number, string>();
    data.removes = listOf(data.removes).filter(({ id, parentId }) => isId(id) && isId(parentId));
    data.adds = listOf(data.adds).filter((add) => this.#added(add, tags, trees));
    data.texts = listOf(data.texts).filter((text) => {
      if (!isId(text.id)) return false;
      const around = mirrored.tagAround(text.id);
      text.value = around === 'style' ? styleText(text.value, this.#addresses) : said(text.value);
      return true;
    });
    data.attributes = listOf(data.attributes).filter(({ id, attributes }) => {
      if (!isId(id) || typeof attributes !== 'object' || attributes === null) return false;
      cleanAttributes(tags.get(id) ?? mirrored.tagOf(id), attributes as Attributes, this.#addresses);
      return true;
    });
  }

  #added(add: Raw, tags: Map<number, string>, trees: Trees): boolean {
    const { parentId, nextId, node } = add;
    if (!isId(parentId) || (node as Raw | null)?.id === parentId) return false;
    if (!isId(nextId)) add.nextId = null;
    delete add.previousId; // of old recorders; rrweb keeps what such a one waits for
    const around = tags.get(parentId) ?? this.mirrored.tagOf(parentId);
    const { type } = (node ?? {}) as Raw;
    // A document goes into a frame, where it is built anew: only the mirror's own may be written to (quirks mode).
    if (type === NodeType.Document && around !== 'iframe') return false;
    if (type === NodeType.DocumentType && around !== '') return false;
    if (type === NodeType.Document) delete (node as Raw).compatMode;
    if (!trees.clean(node, around, this.mirrored.depthOf(parentId))) return false;
    const { id, tagName } = node as Raw;
    if (typeof tagName === 'string') tags.set(id as number, tagName.toLowerCase());
    return true;
  }

  #rules(data: Raw): void {
    if (data.adds !== undefined) data.adds = this.#cleanRules(data.adds);
    if (data.removes !== undefined) data.removes = listOf(data.removes);
    const whole = data.replaceSync ?? data.replace;
    if (whole !== undefined) data.replaceSync = styleText(whole, this.#addresses);
    delete data.replace; // the same later, with its failures in nobody's hands
    const { set } = data as { set?: Raw };
    if (set !== undefined && set !== null) set.value = styleText(set.value, this.#addresses);
  }

  #cleanRules(rules: unknown): Raw[] {
    const addresses = this.#addresses;
    const kept = listOf(rules).slice(0, MAX_RULES);
    for (const rule of kept) rule.rule = styleText(rule.rule, addresses);
    return kept;
  }
}

function listOf(value: unknown): Raw[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item) => typeof item === 'object' && item !== null);
}

function said(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_VALUE) : '';
}
