/** An element of which nothing leaves: a box of its size stands in its place. */

import type { Attributes } from './attributes.ts';

/** Elements that show something of their own and not what is in them. */
export const REPLACED =
  /^(?:img|input|textarea|select|video|audio|canvas|iframe|object|embed|svg|picture|meter|progress|hr|br)$/i;

/** What of its place in the page's layout the box takes over. */
const PLACE = ['display', 'position', 'inset', 'float', 'flex', 'grid-area', 'align-self', 'margin'];

const LOOK =
  'box-sizing:border-box;overflow:hidden;color:#475467;background:repeating-linear-gradient(45deg,#e4e7ec 0 8px,#f2f4f7 8px 16px);font:12px sans-serif;';

/** Put the box's attributes in the place of the element's own. */
export function boxAttributes(attributes: Attributes, element: Element): void {
  for (const name of Object.keys(attributes)) delete attributes[name];
  const { width, height } = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const place = PLACE.map((name) => `${name}:${style.getPropertyValue(name)}`).join(';');
  const size = `;width:${width}px;height:${height}px`;
  const display = style.display === 'inline' ? ';display:inline-block' : '';
  attributes.style = `${LOOK}${place}${display}${size}`;
  attributes['data-opencobrowse-hidden'] = '';
}
