/** Our own elements on the customer's page: a closed shadow root, styles without `style` attributes or
 * elements, so that a strict content security policy needs nothing for us. */

export interface Panel {
  host: HTMLElement;
  root: ShadowRoot;
  remove(): void;
}

/** What every panel begins with: nothing of the page's styles, our colours for light and dark. */
const BASE = `
:host{all:initial!important}
*{box-sizing:border-box}
:host{--bg:#fff;--fg:#101828;--soft:#475467;--line:#d0d5dd;--accent:#175cd3;--on:#fff;--ring:#84adff;--tint:#f2f4f7}
@media(prefers-color-scheme:dark){:host{--bg:#161b26;--fg:#f5f6f7;--soft:#a9b1bf;--line:#39414f;--accent:#7fb0ff;--on:#0b1220;--ring:#53b1fd;--tint:#202734}}
button{font:inherit;font-weight:600;border:1px solid var(--line);border-radius:10px;background:none;color:inherit;padding:10px 16px;min-height:44px;cursor:pointer}
button:focus-visible,input:focus-visible{outline:3px solid var(--ring);outline-offset:2px}
`;

/** The dialogs of the loader: a card in the middle, at the bottom of a small screen. */
export const DIALOG = `
dialog{font:16px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);border:1px solid var(--line);border-radius:18px;width:27rem;max-width:calc(100vw - 32px);max-height:calc(100dvh - 32px);overflow:auto;padding:26px;box-shadow:0 24px 64px #0b122059}
dialog:focus{outline:0}
dialog::backdrop{background:#0b12208c}
h2{font-size:1.25rem;line-height:1.3;margin:0 0 6px;letter-spacing:-.01em}
p{margin:0}
.row{display:flex;flex-wrap:wrap;gap:10px;margin-block-start:20px}
.row>button{flex:1 1 auto}
.yes{background:var(--accent);border-color:transparent;color:var(--on)}
.soft{color:var(--soft);font-size:.875rem}
@media(hover:hover){button:hover{filter:brightness(.96)}.yes:hover{filter:brightness(1.1)}}
@media(max-width:30rem){dialog{width:100%;max-width:100%;margin-block-end:0;border-radius:18px 18px 0 0;padding:22px 20px}}
@media(prefers-reduced-motion:no-preference){dialog[open]{animation:in .18s ease-out}@keyframes in{from{opacity:0;transform:translateY(10px)}}}
`;

export function panel(css: string, dir: string): Panel {
  const host = h('div', { 'data-opencobrowse-ui': '', dir });
  const root = host.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(BASE + css);
  root.adoptedStyleSheets = [sheet];
  // The page's own shortcuts are not meant for what is typed here.
  for (const type of ['keydown', 'keyup', 'keypress', 'input', 'paste']) {
    host.addEventListener(type, (event) => event.stopPropagation());
  }
  document.documentElement.append(host);
  return { host, root, remove: () => host.remove() };
}

type Child = Node | string;

/** An element with attributes and children, without a byte of parsed HTML (Trusted Types). */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A line drawing of 24 × 24, in the colour of the text. */
export function icon(path: string): SVGElement {
  const make = (tag: string, attributes: Record<string, string>): SVGElement => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element as SVGElement;
  };
  const svg = make('svg', {
    viewBox: '0 0 24 24',
    width: '20',
    height: '20',
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': '2',
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
    'aria-hidden': 'true',
  });
  svg.append(make('path', { d: path }));
  return svg;
}
