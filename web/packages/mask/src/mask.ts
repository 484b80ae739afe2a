import {
  EventType,
  type eventWithTime,
  IncrementalSource,
  type inputData,
  type mutationData,
  NodeType,
  type serializedNodeWithId,
} from '@rrweb/types';
import { isField, level, type MaskRules, selectorList } from './level.ts';

/** What stands in the place of any masked text: neither its length nor its rhythm. */
export const MASKED = '••••••';

const SPOKEN = ['title', 'alt', 'placeholder', 'label', 'aria-label', 'aria-description', 'aria-valuetext'];
const VALUE_ATTRIBUTES = ['value', 'checked', 'selected'];

/** The one function between capture and the socket: it sees every event, and what it does not know to be
 * safe is masked. Snapshot, mutation and input take the same way. */
export class Mask {
  readonly #show: string;
  readonly #hide: string;
  readonly #private: boolean;
  readonly #lastInput = new Map<number, string>();

  constructor(
    rules: MaskRules,
    private readonly nodeOf: (id: number) => Node | null,
    document: Document,
  ) {
    this.#show = selectorList(rules.showSelectors, document);
    this.#hide = selectorList(rules.maskSelectors, document);
    this.#private = rules.privacy === 'private';
  }

  /** The event as it may leave, or undefined where nothing of it may. Events are rrweb's own objects and are
   * changed in place: nobody else holds them. */
  event(event: eventWithTime): eventWithTime | undefined {
    switch (event.type) {
      case EventType.FullSnapshot:
        this.#lastInput.clear();
        this.#node(event.data.node);
        return event;
      case EventType.Meta:
        event.data.href = publicUrl(event.data.href);
        return event;
      case EventType.IncrementalSnapshot:
        if (event.data.source === IncrementalSource.Mutation)
          return this.#mutation(event.data) ? event : undefined;
        if (event.data.source === IncrementalSource.Input) return this.#input(event.data) ? event : undefined;
        return event;
      default:
        return event;
    }
  }

  #node(node: serializedNodeWithId): void {
    if (node.type === NodeType.Text) {
      if (node.textContent.trim() !== '' && this.#hidesText(node.id)) node.textContent = MASKED;
      return;
    }
    if (node.type === NodeType.Element) this.#attributes(node.id, node.attributes, node.tagName);
    if ('childNodes' in node) for (const child of node.childNodes) this.#node(child);
  }

  #attributes(id: number, attributes: Record<string, unknown>, tag: string): void {
    const element = this.#element(id);
    if (FIELDS.has(tag) || (element !== undefined && isField(element))) {
      if (this.#hidesValue(element, tag, attributes)) maskValue(attributes);
    }
    if (this.#private && this.#hidesText(id)) {
      for (const name of SPOKEN)
        if (typeof attributes[name] === 'string' && attributes[name]) attributes[name] = MASKED;
    }
  }

  #mutation(data: mutationData): boolean {
    for (const added of data.adds) this.#node(added.node);
    for (const text of data.texts) {
      if (text.value?.trim() && this.#hidesText(text.id)) text.value = MASKED;
    }
    for (const change of data.attributes) {
      const element = this.#element(change.id);
      this.#attributes(change.id, change.attributes, element?.tagName.toLowerCase() ?? '');
    }
    return true;
  }

  #input(data: inputData): boolean {
    const element = this.#element(data.id);
    if (element !== undefined && this.#level(element, 'mask') === 'show') return true;
    data.text = data.text === '' ? '' : MASKED;
    data.isChecked = false;
    const unchanged = this.#lastInput.get(data.id) === data.text;
    this.#lastInput.set(data.id, data.text);
    return !unchanged;
  }

  #hidesValue(element: Element | undefined, tag: string, attributes: Record<string, unknown>): boolean {
    if (tag === 'input' && typeof attributes.type === 'string' && BUTTON_TYPES.has(attributes.type))
      return false;
    return element === undefined || this.#level(element, 'mask') === 'mask';
  }

  #hidesText(id: number): boolean {
    const node = this.nodeOf(id);
    const element = node instanceof Element ? node : node?.parentElement;
    if (!element) return this.#private;
    const tag = element.tagName.toLowerCase();
    if (tag === 'style' || tag === 'script') return false;
    const typed = tag === 'textarea' || (element as HTMLElement).isContentEditable;
    return this.#level(element, typed || this.#private ? 'mask' : 'show') === 'mask';
  }

  #level(element: Element, byDefault: 'show' | 'mask'): 'show' | 'mask' {
    return level(element, this.#show, this.#hide, byDefault);
  }

  #element(id: number): Element | undefined {
    const node = this.nodeOf(id);
    return node instanceof Element ? node : undefined;
  }
}

const FIELDS = new Set(['input', 'textarea', 'select', 'option']);
const BUTTON_TYPES = new Set(['button', 'submit', 'reset', 'image']);

function maskValue(attributes: Record<string, unknown>): void {
  for (const name of VALUE_ATTRIBUTES) {
    const value = attributes[name];
    if (name === 'value' && typeof value === 'string' && value !== '') attributes[name] = MASKED;
    else if (name !== 'value' && name in attributes) delete attributes[name];
  }
}

/** An address without its query and fragment: both carry what people typed. */
export function publicUrl(href: string): string {
  try {
    const url = new URL(href);
    return url.origin + url.pathname;
  } catch {
    return '';
  }
}
