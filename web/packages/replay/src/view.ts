/** One shown picture, to be asked about by the nodes' ids. Made when it is asked for: it holds nothing. */

import type { Box, Facts, Scroller } from './geometry.ts';
import { boxOf, elementAt, factsOf, fieldOf, nextFocusable, scrollerOf } from './geometry.ts';
import type { Scrolls } from './scrolls.ts';

interface Ids {
  getId(node: Node): number;
  getNode(id: number): Node | null;
}

export class View {
  constructor(
    private readonly doc: Document,
    private readonly ids: Ids,
    private readonly scrolls: Scrolls,
  ) {}

  /** The id of what is at a place of the viewport; 0 where there is nothing. */
  at(x: number, y: number): number {
    let element = elementAt(this.doc, x, y);
    while (element && this.ids.getId(element) < 1) element = element.parentElement ?? undefined;
    return element ? this.ids.getId(element) : 0;
  }

  /** Where a node is now; undefined where it is not, or takes no room. */
  box(node: number): Box | undefined {
    const element = this.#element(node);
    const box = element?.isConnected ? boxOf(element, this.doc) : undefined;
    return box && (box.width || box.height) ? box : undefined;
  }

  /** Of the field that a node belongs to, or of the node itself. */
  facts(node: number): Facts | undefined {
    const element = this.#element(node);
    const field = element && fieldOf(element);
    return field && factsOf(field, Math.max(0, this.ids.getId(field)) || node);
  }

  /** What a wheel over `node` moves. */
  scroller(node: number, dx: number, dy: number): Scroller | undefined {
    const element = this.#element(node) ?? this.doc.documentElement;
    return element ? scrollerOf(element, this.doc, dx, dy, (of) => this.ids.getId(of)) : undefined;
  }

  /** What Tab goes to after `node`; 0 where that leaves the page. */
  next(node: number, way: 1 | -1): number {
    const found = nextFocusable(this.doc, this.#element(node), way);
    return found ? Math.max(0, this.ids.getId(found)) : 0;
  }

  /** Stay where the agent scrolls to (true), or go back to the customer and stay with them. */
  hold(held: boolean): void {
    this.scrolls.hold(held);
  }

  /** Scroll the picture alone: what is under `node`, as a wheel would. */
  scrollBy(node: number, dx: number, dy: number): void {
    const scroller = this.scroller(node, dx, dy);
    const target = scroller && this.ids.getNode(scroller.node);
    const moved = target?.nodeType === Node.DOCUMENT_NODE ? (target as Document).defaultView : target;
    (moved as Element | Window | undefined)?.scrollBy({ left: dx, top: dy, behavior: 'instant' });
  }

  /** How far the customer's viewport is from what is shown here: right and down. */
  away(): { x: number; y: number } {
    const { x, y } = this.scrolls.place(Math.max(0, this.ids.getId(this.doc)));
    const { scrollX, scrollY } = this.doc.defaultView as Window;
    return { x: x - scrollX, y: y - scrollY };
  }

  #element(node: number): Element | undefined {
    const found = node > 0 ? this.ids.getNode(node) : null;
    return found?.nodeType === Node.ELEMENT_NODE ? (found as Element) : undefined;
  }
}
