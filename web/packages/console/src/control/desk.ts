/** What the agent's hands do over the mirror: one tool at a time decides what an event means. The mirror's frame
 * itself never gets one. */

import type { Acted, Action, FromPage } from '@opencobrowse/protocol';
import type { Box, Facts, View } from '@opencobrowse/replay';
import { Marks } from '../marks.ts';
import { Doing, type Outcome } from './doing.ts';
import type { Tool } from './grip.ts';
import { showOutcome } from './result.ts';
import { forbidden } from './say.ts';
import { keyOf, pointAt, pressAt } from './translate.ts';
import { Typist } from './typist.ts';
import { turned, Wheel } from './wheel.ts';

export interface DeskEvents {
  view(): View | undefined;
  tell(message: FromPage): boolean;
  /** What has just happened. `placed`: it stands at its place, and is for screen readers only. */
  say(text: string, placed: boolean): void;
  /** A `select` was clicked, or something to suggest an action for: ask which. */
  ask(facts: Facts, box: Box, what: 'choose' | 'suggest'): void;
  /** Escape: the tool is put down. */
  leave(): void;
  /** The picture was scrolled alone. */
  looked(): void;
  /** A proposal was answered. */
  proposed(outcome: Outcome): void;
}

/** A new element has to be rested on this long before the customer's page is told of it. */
const HOVER_MS = 120;
const HOVERED = 'hovered';
const MINE = 'me';

export class Desk {
  tool: Tool = 'point';
  follow = true;
  readonly marks: Marks;
  readonly doing: Doing;
  readonly #typist: Typist;
  readonly #wheel: Wheel;
  #scale = 1;
  #focus = 0;
  #over = 0;
  #hover: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly layer: HTMLElement,
    private readonly events: DeskEvents,
  ) {
    this.marks = new Marks(layer, (node) => events.view()?.box(node));
    this.doing = new Doing(events.tell, (done) => this.#settled(done));
    this.#wheel = new Wheel((action) => this.doing.act(action));
    this.#typist = new Typist(layer, this.marks, {
      act: (action) => this.doing.act(action),
      tab: (from, way) => this.#tab(from, way),
      left: () => layer.focus({ preventScroll: true }),
    });
  }

  /** The node that has the customer's focus, as far as the agent's own hands put it there. */
  get focus(): number {
    return this.#typist.node || this.#focus;
  }

  scale(factor: number): void {
    this.#scale = factor;
    this.marks.scale(factor);
  }

  take(tool: Tool): void {
    if (tool === this.tool) return;
    if (this.tool === 'control') this.#typist.close();
    this.tool = tool;
    this.#hovered(0);
    if (tool !== 'point') this.layer.focus({ preventScroll: true });
  }

  /** Control is gone: what was being typed is not sent any more. */
  lose(): void {
    this.#typist.drop();
    clearTimeout(this.#hover);
  }

  acted(message: Acted): void {
    this.doing.acted(message);
  }

  /** Another page or picture: what was marked is not in it. */
  fresh(): void {
    this.#typist.drop();
    this.marks.keep(() => false);
    this.#focus = this.#over = 0;
  }

  /** `x`, `y`: of the mirror's viewport; `node` is what is there. */
  move(x: number, y: number, node: number): void {
    if (node === this.#over) return;
    this.#hovered(node);
    if (this.tool !== 'control' || node === 0) return;
    this.#hover = setTimeout(() => {
      const box = this.events.view()?.box(node);
      if (box) this.doing.act(pointAt('hover', node, box, x, y));
    }, HOVER_MS);
  }

  out(): void {
    this.#hovered(0);
  }

  /** `count`: the how manieth click of a row. The second is what makes a double click. */
  click(x: number, y: number, count = 1): void {
    const node = this.events.view()?.at(x, y) ?? 0;
    if (node && (count === 1 || this.tool === 'control')) this.#use(node, x, y, count);
  }

  /** True where the wheel was used up here. */
  wheel(event: WheelEvent, x: number, y: number): boolean {
    const view = this.events.view();
    if (!view || event.ctrlKey || event.altKey) return false;
    const [dx, dy] = turned(event, this.layer.clientHeight / this.#scale);
    const node = view.at(x, y);
    if (!this.follow) {
      view.scrollBy(node, dx, dy);
      this.events.looked();
      return true;
    }
    if (this.tool !== 'control') return false;
    const scroller = view.scroller(node, dx, dy);
    if (scroller) this.#wheel.turn(scroller, dx, dy);
    return true;
  }

  /** A key while the layer has the focus. True where it was used up. */
  key(event: KeyboardEvent): boolean {
    if (this.tool === 'point') return false;
    if (event.key === 'Escape') {
      this.events.leave();
      return true;
    }
    if (this.tool === 'control') return this.#controlKey(event);
    return this.#pickKey(event);
  }

  stop(): void {
    this.#typist.drop();
    clearTimeout(this.#hover);
    this.marks.stop();
  }

  #use(node: number, x: number, y: number, count = 1): void {
    const view = this.events.view();
    const [facts, box] = [view?.facts(node), view?.box(node)];
    if (!facts || !box || this.tool === 'point') return;
    if (this.tool === 'highlight') {
      this.#highlight(node);
      return;
    }
    const no = forbidden(facts);
    if (no) {
      this.marks.note(x, y, no, 'bad');
      this.events.say(no, true);
    } else if (this.tool === 'suggest') this.events.ask(facts, view?.box(facts.node) ?? box, 'suggest');
    else this.#press(facts, pressAt(count, node, box, x, y));
  }

  #press(facts: Facts, press: Action): void {
    this.#focus = facts.node;
    const box = this.events.view()?.box(facts.node);
    if (facts.kind === 'choice' && !facts.fixed && box) {
      this.events.ask(facts, box, 'choose');
      return;
    }
    if (this.#typist.node !== facts.node) this.#typist.close();
    this.doing.act(press);
    if (typed(facts)) this.#typist.open(facts);
    else this.layer.focus({ preventScroll: true });
  }

  #highlight(node: number): void {
    const again = this.marks.nodeOf(MINE) === node;
    if (again) this.marks.clear(MINE);
    else this.marks.outline(MINE, node, 'You', MINE);
    this.events.tell({ type: 'highlight', node: again ? 0 : node });
    this.events.say(again ? 'Highlight taken away' : 'Highlighted for everybody', true);
  }

  #controlKey(event: KeyboardEvent): boolean {
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key === 'Tab' && plain) {
      this.#tab(this.#focus, event.shiftKey ? -1 : 1);
      return true;
    }
    const action = keyOf(event, this.#focus);
    if (action) this.doing.act(action);
    return action !== undefined;
  }

  /** The page moves its own focus; we follow to where its order leads, so that text goes to a field by name. */
  #tab(from: number, way: 1 | -1): void {
    const view = this.events.view();
    const next = view?.next(from, way) ?? 0;
    const tab: Action = { kind: 'key', key: 'Tab', ...(from && { node: from }) };
    this.doing.act(way === 1 ? tab : { ...tab, modifiers: ['shift'] });
    this.#focus = next;
    const facts = view?.facts(next);
    this.marks.clear(HOVERED);
    if (next) this.marks.outline(HOVERED, next, '', MINE);
    if (facts && typed(facts) && !forbidden(facts)) this.#typist.open(facts);
    else this.layer.focus({ preventScroll: true });
  }

  /** Without a mouse: arrows go from one thing to the next, Enter uses it. */
  #pickKey(event: KeyboardEvent): boolean {
    const way = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key] as 1 | -1 | undefined;
    const view = this.events.view();
    if (way !== undefined && view) {
      this.#hovered(view.next(this.#over, way));
      return true;
    }
    const box = view?.box(this.#over);
    if (event.key !== 'Enter' || !box) return false;
    this.#use(this.#over, box.x + box.width / 2, box.y + box.height / 2);
    return true;
  }

  #hovered(node: number): void {
    clearTimeout(this.#hover);
    this.#over = node;
    const picks = this.tool === 'highlight' || this.tool === 'suggest';
    if (picks && node) this.marks.outline(HOVERED, node, '', MINE);
    else this.marks.clear(HOVERED);
    const acts = this.tool === 'control' || this.tool === 'suggest';
    const no = acts && node !== 0 && forbidden(this.events.view()?.facts(node)) !== undefined;
    this.layer.dataset.forbidden = String(no);
  }

  #settled(done: Outcome): void {
    const { deed, reason, result } = done;
    if (deed.proposed) this.events.proposed(done);
    const said = showOutcome(done, this.events.view(), this.marks);
    if (said) this.events.say(said.text, said.placed || deed.proposed);
    if (result === 'done' || deed.action.node !== this.#typist.node) return;
    if (reason === 'customer.input' || reason === 'too.many') this.#typist.again();
    else if (deed.action.kind === 'type' || deed.action.kind === 'clear') this.#typist.drop();
  }
}

function typed(facts: Facts): boolean {
  return (facts.kind === 'text' || facts.kind === 'lines') && !facts.fixed;
}
