/** What the customer's pointer is over, shown by the class that rrweb's style sheets answer to. */

const CLASS = ':hover';

export class Hover {
  #path: Element[] = [];

  /** `element` and all around it are hovered, nothing else is. */
  over(element: Element | undefined): void {
    if (this.#path[0] === element) return;
    const path: Element[] = [];
    for (let at: Element | null | undefined = element; at; at = above(at)) path.push(at);
    for (const before of this.#path) if (!path.includes(before)) leave(before);
    for (const now of path) now.classList.add(CLASS);
    this.#path = path;
  }
}

function above(element: Element): Element | null {
  if (element.parentElement) return element.parentElement;
  return (element.getRootNode() as ShadowRoot).host ?? null;
}

function leave(element: Element): void {
  element.classList.remove(CLASS);
  if (element.getAttribute('class') === '') element.removeAttribute('class');
}
