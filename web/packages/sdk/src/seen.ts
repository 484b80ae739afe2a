/** "What the agent sees": a pattern over each element of the customer's own page that is masked or hidden. Drawn in
 * our own layer: nothing of the page is changed. */

import type { Level } from '@opencobrowse/mask';
import { seenStrings } from './strings.ts';
import { h } from './ui.ts';

const CSS = `
.marks{position:absolute;inset:0;overflow:clip}
.marks i{position:absolute;border-radius:3px;--m:#7a5af8;outline:1px solid var(--m);background:repeating-linear-gradient(45deg,#7a5af84d 0 4px,#fff6 4px 8px)}
.marks i.hide{--m:#344054;background:repeating-linear-gradient(45deg,#344054e6 0 8px,#475467e6 8px 16px)}
.legend{position:absolute;inset-inline-end:16px;top:16px;max-width:min(22rem,calc(100vw - 32px));margin:0;padding:12px 16px;color:var(--fg);background:var(--bg);border:1px solid var(--line);border-radius:12px;box-shadow:0 8px 24px #0b122040;font-size:.8125rem}
.legend p{margin:0;display:flex;gap:8px;align-items:center}
.legend i{position:static;flex:none;width:20px;height:14px}
@media(forced-colors:active){.marks i{border:2px dashed Highlight;forced-color-adjust:none}}
`;

/** Elements that show something though there is no text in them. */
const SHOWING = 'input,textarea,select,img,video,canvas,object,embed,svg,[contenteditable],[role=textbox]';
const REDRAW_MS = 250;
const MOST = 1_500;

/** Over what elements: `levels` answers for one moment. */
export class Seen {
  readonly element: HTMLElement;
  readonly #marks = h('div', { 'aria-hidden': 'true' });
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    root: ShadowRoot,
    private readonly levels: () => (element: Element) => Level,
  ) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    const t = seenStrings();
    const legend = h(
      'div',
      { class: 'legend', role: 'status' },
      h('p', {}, h('i', { class: 'obscure' }), t.obscure),
      h('p', {}, h('i', { class: 'hide' }), t.hide),
      h('p', {}, t.show),
    );
    this.element = h('div', { class: 'marks' }, this.#marks, legend);
    addEventListener('scroll', this.#draw, { capture: true, passive: true });
    this.#draw();
  }

  close(): void {
    clearTimeout(this.#timer);
    removeEventListener('scroll', this.#draw, true);
    this.element.remove();
  }

  #draw = (): void => {
    clearTimeout(this.#timer);
    const level = this.levels();
    const marks: HTMLElement[] = [];
    mark(document, level, marks, 0, 0);
    this.#marks.replaceChildren(...marks);
    this.#timer = setTimeout(this.#draw, REDRAW_MS);
  };
}

/** Marks for what is in view below `root`, through open shadow roots and frames of the same site. */
function mark(
  root: Document | ShadowRoot,
  level: (element: Element) => Level,
  to: HTMLElement[],
  x: number,
  y: number,
): void {
  for (const element of root.querySelectorAll('*')) {
    if (to.length >= MOST) return;
    if (element.hasAttribute('data-opencobrowse-ui')) continue;
    if (element.shadowRoot) mark(element.shadowRoot, level, to, x, y);
    const box = element.getBoundingClientRect();
    const frame = element.localName === 'iframe' ? (element as HTMLIFrameElement).contentDocument : null;
    if (frame) mark(frame, level, to, x + box.left, y + box.top);
    if (!isInView(box)) continue;
    const found = level(element);
    const whole =
      found === 'hide' && (element.parentElement === null || level(element.parentElement) !== 'hide');
    if (!whole && !(found === 'obscure' && shows(element))) continue;
    const made = h('i', { class: found });
    const { style } = made;
    style.left = `${x + box.left}px`;
    style.top = `${y + box.top}px`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    to.push(made);
  }
}

function shows(element: Element): boolean {
  if (element.matches(SHOWING)) return true;
  return [...element.childNodes].some((node) => node.nodeType === 3 && (node.nodeValue ?? '').trim() !== '');
}

function isInView({ width, height, top, bottom, left, right }: DOMRect): boolean {
  return width > 0 && height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
}
