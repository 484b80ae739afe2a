import {
  type adoptedStyleSheetData,
  EventType,
  type eventWithTime,
  IncrementalSource,
  type incrementalData,
  type inputData,
  type mutationData,
  NodeType,
  type serializedNodeWithId,
  type styleDeclarationData,
  type styleSheetRuleData,
} from '@rrweb/types';
import { type Attributes, type Context, isEcho, MASKED, maskAttributes, typedIn } from './attributes.ts';
import { boxAttributes, REPLACED } from './box.ts';
import { isCardNumber, isField, isNative, isSecret } from './fields.ts';
import { type Level, Levels, type MaskRules, parentOf } from './level.ts';
import { Names } from './names.ts';
import { maskProperty, maskSheet, maskValue, noteNames } from './styles.ts';

/** Marks what belongs to us and is never recorded. */
export const OWN_ATTRIBUTE = 'data-opencobrowse-ui';

const FIELDS = 'input,textarea,select';

/** What is read where an element is hidden. */
export const HIDDEN = 'Hidden';

/** The one text that stands for all content of a sealed element has an id that rrweb never reaches. */
const STAND_IN = 0x40000000;

/** How many texts that fields no longer hold are remembered. */
const PAST = 100;

/** Shorter secrets (a day of a card's end, four digits) are in too many texts by chance. */
const SECRET_LENGTH = 5;

/** The one function between capture and the socket: it sees every event, and what it does not know to be
 * safe does not pass. Snapshot, mutation and input take the same way. */
export class Mask {
  readonly #levels: Levels;
  /** What left last for a field or a text that is hidden: the same again says only when somebody types. */
  readonly #sent = new Map<number, string>();
  /** The same for attributes. */
  readonly #said = new Map<number, Attributes>();
  /** Nodes inside sealed elements: the viewer never heard of them. */
  readonly #swallowed = new Set<number>();
  /** Fields whose value is hidden, to find their values where a framework copied them to. */
  readonly #fields = new Set<number>();
  /** What was decided when an element left: `recheck` finds what would be decided otherwise now. */
  #decided = new WeakMap<Element, number>();
  #marked = new Set<Element>();
  readonly #last = new Map<number, string>();
  readonly #past: string[] = [];
  #typed: string[] | undefined;
  #secret: string[] | undefined;
  readonly #names = new Names();
  readonly #context: Context;
  #restyled = false;
  #outdated = false;

  constructor(
    rules: MaskRules,
    private readonly nodeOf: (id: number) => Node | null,
    private readonly document: Document,
  ) {
    this.#levels = new Levels(rules, document);
    this.#context = { levels: this.#levels, names: this.#names, typed: () => this.#typedNow() };
  }

  /** The event as it may leave, or undefined where nothing of it may. Events are rrweb's own objects and are
   * changed in place: nobody else holds them. */
  event(event: eventWithTime): eventWithTime | undefined {
    this.#levels.refresh();
    this.#typed = this.#secret = undefined;
    if (event.type === EventType.FullSnapshot) {
      this.#forget();
      this.#node(event.data.node);
      return event;
    }
    if (event.type === EventType.Meta) {
      event.data.href = this.url(event.data.href);
      return event;
    }
    if (event.type !== EventType.IncrementalSnapshot) return undefined;
    return this.#incremental(event.data) ? event : undefined;
  }

  /** The page's title as it may leave. */
  title(title: string): string {
    if (title === '') return '';
    this.#typed = undefined;
    return this.#levels.private || isEcho(title, this.#typedNow()) ? MASKED : title;
  }

  /** Where the page is, as far as that may leave. */
  url(href: string): string {
    const url = publicUrl(href);
    return this.#levels.private ? url.replace(/(\w\/).*/, '$1') : url;
  }

  /** What of each element leaves now. */
  levels(): (element: Element) => Level {
    this.#levels.refresh();
    return (element) => this.#levels.level(element);
  }

  /** Whether something that has left would be masked, or shown, otherwise now: only a fresh snapshot cures
   * that. Cheap: it looks only after attributes have changed, and only at what selectors name. */
  recheck(): boolean {
    if (!this.#restyled) return false;
    this.#restyled = false;
    if (this.#outdated) return true;
    this.#levels.refresh();
    const before = this.#marked;
    this.#marked = this.#levels.marked();
    for (const set of [before, this.#marked]) {
      for (const element of set) if (this.#decidesOtherwise(element)) return true;
    }
    return false;
  }

  #forget(): void {
    this.#sent.clear();
    this.#said.clear();
    this.#swallowed.clear();
    this.#fields.clear();
    this.#decided = new WeakMap();
    this.#marked = this.#levels.marked();
    this.#restyled = false;
    this.#outdated = false;
    this.#typed = [
      ...this.#past,
      ...typedIn([...this.document.querySelectorAll(FIELDS)].filter((e) => this.#levels.hidesValue(e))),
    ];
  }

  #incremental(data: incrementalData): boolean {
    switch (data.source) {
      case IncrementalSource.Mutation:
        return this.#mutation(data);
      case IncrementalSource.Input:
        return this.#input(data);
      case IncrementalSource.StyleSheetRule:
      case IncrementalSource.StyleDeclaration:
      case IncrementalSource.AdoptedStyleSheet:
        this.#style(data);
        return true;
      case IncrementalSource.Scroll:
      case IncrementalSource.MediaInteraction:
        return !this.#isSealed(data.id);
      case IncrementalSource.ViewportResize:
      case IncrementalSource.CustomElement:
        return true;
      default:
        return false; // selections give lengths away; the rest we never asked for
    }
  }

  // -- nodes -----------------------------------------------------------------------------------------------

  /** `parent`, where the caller knows it, saves looking for it. */
  #node(node: serializedNodeWithId, parent?: Element): void {
    if (node.type === NodeType.Text) {
      node.textContent = this.#text(node.id, node.textContent, parent);
      return;
    }
    if (node.type === NodeType.Comment) node.textContent = '';
    if (!('childNodes' in node)) return;
    const element = this.#element(node.id);
    if (node.type === NodeType.Element && element) this.#levels.learn(element, parent, node.attributes);
    if (node.type === NodeType.Element) this.#attributes(node.id, node.attributes as Attributes, element);
    if (element !== undefined && this.#levels.sealed(element) === element) {
      for (const child of node.childNodes) this.#swallow(child);
      node.childNodes = [this.#standIn(node.id, element)];
      if (node.type === NodeType.Element && REPLACED.test(node.tagName)) node.tagName = 'span';
      return;
    }
    let own = false;
    for (const child of node.childNodes) {
      if (this.#swallowOwn(child)) own = true;
      else this.#node(child, element);
    }
    if (own) node.childNodes = node.childNodes.filter(({ id }) => !this.#swallowed.has(id));
  }

  #swallow(node: serializedNodeWithId): void {
    this.#swallowed.add(node.id);
    if ('childNodes' in node) for (const child of node.childNodes) this.#swallow(child);
  }

  #standIn(id: number, element: Element): serializedNodeWithId {
    const textContent = this.#sealedText(element);
    this.#sent.set(STAND_IN + id, textContent);
    return { type: NodeType.Text, id: STAND_IN + id, textContent };
  }

  #text(id: number, text: string, parent?: Element): string {
    if (text.trim() === '') return text;
    const node = parent === undefined ? this.nodeOf(id) : null;
    const element = parent ?? (node === null ? undefined : parentOf(node));
    if (element === undefined) return MASKED;
    if (element.localName === 'noscript') return ''; // nobody sees it
    if (element.localName === 'style') return this.#sheet(text, element);
    return this.#levels.hidesText(element) || isEcho(text, this.#secretNow()) ? MASKED : text;
  }

  #attributes(id: number, attributes: Attributes, element: Element | undefined): void {
    if (element === undefined) {
      for (const name of Object.keys(attributes)) if (name !== '_cssText') delete attributes[name];
      return;
    }
    this.#decided.set(element, this.#decision(element));
    if (isNative(element) && this.#levels.hidesValue(element)) this.#fields.add(id);
    if (this.#levels.sealed(element) === element && this.#levels.boxed(element)) {
      boxAttributes(attributes, element);
      attributes.style = maskSheet(attributes.style as string, this.#names);
      return;
    }
    const { _cssText } = attributes;
    if (typeof _cssText === 'string') attributes._cssText = this.#sheet(_cssText, element);
    // Its own text is not known to the others yet.
    if (this.#levels.sealed(element) === element) this.#typed = [...this.#typedNow(), ...typedIn([element])];
    maskAttributes(attributes, element, this.#context);
  }

  /** The text of a style sheet, or of some of its rules. */
  #sheet(text: string, owner?: Element, added = false): string {
    if (this.#hidesStyle(text, owner, added)) return maskSheet(text, this.#names);
    noteNames(text, this.#names);
    return text;
  }

  /** Rules and declarations that scripts have set. */
  #style(data: styleSheetRuleData | styleDeclarationData | adoptedStyleSheetData): void {
    const owner = data.id === undefined ? undefined : this.#element(data.id);
    if (data.source === IncrementalSource.StyleDeclaration) {
      this.#declaration(data, owner);
      return;
    }
    const sheets = data.source === IncrementalSource.AdoptedStyleSheet ? (data.styles ?? []) : [data];
    for (const sheet of sheets as (styleSheetRuleData & { rules?: { rule: string }[] })[]) {
      for (const added of sheet.adds ?? sheet.rules ?? []) added.rule = this.#sheet(added.rule, owner, true);
      for (const whole of ['replace', 'replaceSync'] as const) {
        const text = sheet[whole];
        if (text !== undefined) sheet[whole] = this.#sheet(text, owner, true);
      }
    }
  }

  #declaration({ set, remove }: styleDeclarationData, owner: Element | undefined): void {
    if (!this.#hidesStyle(set?.value ?? '', owner, true)) return;
    if (set?.value) set.value = maskValue(set.property, set.value, this.#names);
    for (const part of [set, remove]) if (part) part.property = maskProperty(part.property, this.#names);
  }

  /** Only what is added is looked at for what is typed: all of a page's styles are too much, and too old. */
  #hidesStyle(text: string, owner: Element | undefined, added: boolean): boolean {
    if (this.#levels.private || (owner !== undefined && this.#levels.hides(owner))) return true;
    return added && isEcho(text, this.#typedNow());
  }

  #secretNow(): string[] {
    this.#secret ??= typedIn(
      [...this.#fields]
        .map((id) => this.#element(id))
        .filter((e) => e !== undefined && isSecret(e)) as Element[],
      SECRET_LENGTH,
    );
    return this.#secret;
  }

  #typedNow(): string[] {
    if (this.#typed === undefined) {
      const editors = [...this.#sent.keys()].filter((id) => id >= STAND_IN).map((id) => id - STAND_IN);
      const fields = [...this.#fields, ...editors].map((id) => this.#element(id));
      this.#typed = [...this.#past, ...typedIn(fields.filter((e) => e !== undefined))];
    }
    return this.#typed;
  }

  // -- mutations -------------------------------------------------------------------------------------------

  #mutation(data: mutationData): boolean {
    const editors = new Set<number>();
    data.removes = data.removes.filter(({ id, parentId }) => {
      this.#noteEditor(parentId, editors);
      this.#sent.delete(id);
      this.#said.delete(id);
      this.#fields.delete(id);
      return !this.#swallowed.delete(id) && !this.#isSealed(parentId);
    });
    data.adds = data.adds.filter(({ parentId, node }) => {
      if (this.#swallowOwn(node)) return false;
      if (this.#isSealed(parentId)) {
        this.#noteEditor(parentId, editors);
        this.#swallow(node);
        return false;
      }
      this.#swallowed.delete(node.id);
      return true;
    });
    for (const added of [...data.adds]) {
      if (added.nextId !== null && this.#isOwn(added.nextId)) added.nextId = null;
      this.#node(added.node);
      this.#standApart(added.node, data);
    }
    this.#textMutations(data, editors);
    this.#attributeMutations(data, editors);
    for (const id of editors) this.#editorChanged(id, data);
    return data.adds.length + data.removes.length + data.texts.length + data.attributes.length > 0;
  }

  #textMutations(data: mutationData, editors: Set<number>): void {
    data.texts = data.texts.filter((change) => {
      const node = this.nodeOf(change.id);
      const parent = node === null ? undefined : parentOf(node);
      const sealed = parent && this.#levels.sealed(parent);
      if (sealed !== undefined || this.#swallowed.has(change.id)) {
        this.#noteEditor(change.id, editors);
        return false;
      }
      const before = change.value ?? '';
      const value = this.#text(change.id, before);
      change.value = value;
      return value === before || this.#isNews(change.id, value);
    });
  }

  #attributeMutations(data: mutationData, editors: Set<number>): void {
    data.attributes = data.attributes.filter((change) => {
      const element = this.#element(change.id);
      if (this.#swallowed.has(change.id) || this.#isOwn(change.id)) return false;
      const sealed = element && this.#levels.sealed(element);
      if (sealed !== undefined && (sealed !== element || this.#levels.boxed(sealed))) {
        if (this.#decidesOtherwise(sealed)) this.#outdated = this.#restyled = true;
        return false;
      }
      const names = Object.keys(change.attributes);
      if (names.some((name) => name !== 'style' && name !== 'value')) {
        this.#restyled ||= names.some((name) => this.#levels.dependsOn(name));
        if (element !== undefined && this.#decidesOtherwise(element)) this.#outdated = this.#restyled = true;
      }
      if (sealed !== undefined) editors.add(change.id);
      this.#attributes(change.id, change.attributes, element);
      for (const [name, value] of Object.entries(change.attributes)) {
        if (this.#isSameMask(change.id, name, value)) delete change.attributes[name];
      }
      return Object.keys(change.attributes).length > 0;
    });
  }

  /** A node in a sealed element changed: an editor may have become empty, or no longer be. */
  #noteEditor(id: number, editors: Set<number>): void {
    const node = this.nodeOf(id);
    const element = node?.nodeType === 1 ? (node as Element) : node && parentOf(node);
    const editor = element ? this.#levels.sealed(element) : undefined;
    if (editor === undefined) return;
    for (const known of this.#sent.keys()) {
      if (known >= STAND_IN && this.nodeOf(known - STAND_IN) === editor) editors.add(known - STAND_IN);
    }
  }

  #editorChanged(id: number, data: mutationData): void {
    const editor = this.#element(id);
    if (editor === undefined || !this.#sent.has(STAND_IN + id)) return;
    const value = this.#sealedText(editor);
    if (this.#isNews(STAND_IN + id, value)) data.texts.push({ id: STAND_IN + id, value });
  }

  #isSealed(id: number): boolean {
    const element = this.#element(id);
    return this.#swallowed.has(id) || (element !== undefined && this.#levels.sealed(element) !== undefined);
  }

  /** Nodes are added one by one: a stand-in made with its editor is an addition of its own. */
  #standApart(node: serializedNodeWithId, data: mutationData): void {
    if (node.type !== NodeType.Element) return;
    const [child] = node.childNodes;
    if (child === undefined || child.id < STAND_IN) return;
    node.childNodes = [];
    data.adds.push({ parentId: node.id, nextId: null, node: child });
  }

  // -- inputs ----------------------------------------------------------------------------------------------

  #input(data: inputData): boolean {
    const element = this.#element(data.id);
    if (this.#isSealed(data.id)) return false;
    if (element !== undefined && !this.#levels.hidesValue(element) && !isCardNumber(data.text)) return true;
    this.#remember(data.id, data.text);
    data.text = data.text === '' ? '' : MASKED;
    data.isChecked = false;
    return this.#isNews(data.id, data.text);
  }

  /** What was in a field may still stand elsewhere when it no longer is: in the title, in an attribute. */
  #remember(id: number, text: string): void {
    const old = this.#last.get(id)?.trim() ?? '';
    this.#last.set(id, text);
    if (old.length < 3 || text.startsWith(old) || this.#past.some((past) => past.startsWith(old))) return;
    this.#past.push(old);
    if (this.#past.length > PAST) this.#past.shift();
  }

  // -- details ---------------------------------------------------------------------------------------------

  #isNews(id: number, value: string): boolean {
    if (this.#sent.get(id) === value) return false;
    this.#sent.set(id, value);
    return true;
  }

  /** Whether a masked attribute says again what it has said: it would tell of each key. */
  #isSameMask(id: number, name: string, value: unknown): boolean {
    const before = this.#said.get(id) ?? {};
    this.#said.set(id, { ...before, [name]: value });
    return value === MASKED && before[name] === MASKED;
  }

  #sealedText(element: Element): string {
    return this.#levels.boxed(element) ? HIDDEN : editorText(element);
  }

  #decision(element: Element): number {
    const levels = this.#levels;
    const value = isField(element) && levels.hidesValue(element);
    const text = Number(levels.hidesText(element)) + 2 * Number(levels.hidesSpoken(element));
    return text + 4 * Number(value) + 8 * Number(levels.boxed(element));
  }

  #decidesOtherwise(element: Element): boolean {
    const before = this.#decided.get(element);
    return before !== undefined && element.isConnected && before !== this.#decision(element);
  }

  #swallowOwn(node: serializedNodeWithId): boolean {
    const own = isBlocked(node) && this.#isOwn(node.id);
    if (own) this.#swallowed.add(node.id);
    return own;
  }

  #isOwn(id: number): boolean {
    return this.#element(id)?.hasAttribute(OWN_ATTRIBUTE) ?? false;
  }

  #element(id: number): Element | undefined {
    const node = this.nodeOf(id);
    return node?.nodeType === 1 ? (node as Element) : undefined;
  }
}

/** rrweb was told to block our own elements: it says how large they are, and no more. */
function isBlocked(node: serializedNodeWithId): boolean {
  return node.type === NodeType.Element && 'rr_width' in node.attributes;
}

function editorText(editor: Element): string {
  return (editor.textContent ?? '').trim() === '' ? '' : MASKED;
}

/** An address without its query and fragment: both carry what people typed. */
export function publicUrl(href: string): string {
  try {
    const url = new URL(href);
    return url.origin === 'null' ? '' : url.origin + url.pathname;
  } catch {
    return '';
  }
}
