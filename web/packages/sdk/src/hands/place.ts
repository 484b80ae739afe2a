/** Where elements are: through shadow roots, and through frames of the same site. */

/** The element around `node` as it is drawn: a slot around what is in it, a host around its shadow. */
export function around(node: Node): Element | undefined {
  const slot = (node as Element).assignedSlot;
  if (slot) return slot;
  const parent = node.parentNode as (Node & { host?: Element; defaultView?: Window | null }) | null;
  if (parent === null) return undefined;
  if (parent.nodeType === Node.ELEMENT_NODE) return parent as Element;
  if (parent.nodeType === Node.DOCUMENT_FRAGMENT_NODE) return parent.host;
  return frameOf(parent.defaultView);
}

/** `element` and all that is around it, out to the page's root. */
export function* outward(element: Element): Generator<Element> {
  for (let at: Element | undefined = element; at; at = around(at)) yield at;
}

export function isWithin(inner: Element, outer: Element): boolean {
  for (const at of outward(inner)) if (at === outer) return true;
  return false;
}

/** The frame that shows `view`, if it is one of this page. */
function frameOf(view: Window | null | undefined): Element | undefined {
  return view && view !== window ? (view.frameElement ?? undefined) : undefined;
}

/** What the pointer would meet at this place of the document's own viewport. */
export function elementAt(document: DocumentOrShadowRoot, x: number, y: number): Element | undefined {
  const found = document.elementFromPoint(x, y) ?? undefined;
  const inside = found?.shadowRoot ? elementAt(found.shadowRoot, x, y) : undefined;
  return inside ?? found;
}

export interface Point {
  x: number;
  y: number;
}

/** What to add to a place in `view`'s viewport for the same place in the one around it. */
function offsetOf(frame: Element): Point {
  const { left, top } = frame.getBoundingClientRect();
  return { x: left + frame.clientLeft, y: top + frame.clientTop };
}

/** A place in the viewport of `element`'s document, in that of the page. */
export function onPage(element: Element, { x, y }: Point): Point {
  const at = { x, y };
  for (let frame = frameOf(element.ownerDocument.defaultView); frame; ) {
    const offset = offsetOf(frame);
    at.x += offset.x;
    at.y += offset.y;
    frame = frameOf(frame.ownerDocument.defaultView);
  }
  return at;
}

/** Where `element` is on the page. */
export function boxOf(element: Element): DOMRect {
  const { left, top, width, height } = element.getBoundingClientRect();
  const { x, y } = onPage(element, { x: left, y: top });
  return new DOMRect(x, y, width, height);
}

/** What is met at a place of `element`'s document, unless something of the pages around lies over the frame: then
 * that. */
export function met(element: Element, at: Point): Element | undefined {
  const frame = frameOf(element.ownerDocument.defaultView);
  if (frame !== undefined) {
    const offset = offsetOf(frame);
    const over = met(frame, { x: at.x + offset.x, y: at.y + offset.y });
    if (over !== frame) return over;
  }
  return elementAt(element.ownerDocument, at.x, at.y);
}

/** Where in its box to act, in the viewport of its document. */
export function spot(element: Element, x = 0.5, y = 0.5): Point {
  const box = element.getBoundingClientRect();
  const inside = (part: number, size: number): number => Math.min(Math.max(part * size, 0.5), size - 0.5);
  return { x: box.left + inside(x, box.width), y: box.top + inside(y, box.height) };
}

/** Bring `element` into view, at once, if that place of it is not. */
export function reveal(element: Element, at: () => Point, always = false): void {
  const seen = ({ x, y }: Point, { innerWidth, innerHeight }: Window): boolean =>
    x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
  const view = element.ownerDocument.defaultView ?? window;
  const isSeen = (): boolean => seen(at(), view) && seen(onPage(element, at()), window);
  if (isSeen() && !always && met(element, at()) !== undefined) return;
  element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  if (isSeen()) return;
  const { x, y } = at(); // larger than the window
  view.scrollBy({ left: x - view.innerWidth / 2, top: y - view.innerHeight / 2, behavior: 'instant' });
}
