/** Our own elements on the customer's page: a closed shadow root, styles without `style` attributes or
 * elements, so that a strict content security policy needs nothing for us. */

export interface Panel {
  root: ShadowRoot;
  remove(): void;
}

export function panel(css: string): Panel {
  const host = document.createElement('div');
  host.setAttribute('data-opencobrowse-ui', '');
  const root = host.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  document.documentElement.append(host);
  return { root, remove: () => host.remove() };
}

type Child = Node | string;

/** An element with attributes and children, without a byte of parsed HTML (Trusted Types). */
export function h(tag: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
