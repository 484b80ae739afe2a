/** What a mouse does, as events: a page hears the whole of it, and the click does what a click does (follows a
 * link, ticks a box, sends a form). Events of scripts are not trusted: no styles of :hover, no menu of a select, no
 * window opened. */

import type { Action } from '@opencobrowse/protocol';
import { around, type Point } from './place.ts';

type Modifiers = NonNullable<Action['modifiers']>;

export function modifierKeys(modifiers: Modifiers = []): EventModifierInit {
  return {
    altKey: modifiers.includes('alt'),
    ctrlKey: modifiers.includes('control'),
    metaKey: modifiers.includes('meta'),
    shiftKey: modifiers.includes('shift'),
  };
}

interface Gesture extends Point {
  modifiers?: Modifiers | undefined;
}

function fire(element: Element, type: string, gesture: Gesture, more: PointerEventInit = {}): boolean {
  const view = element.ownerDocument.defaultView;
  const enters = /enter$/.test(type);
  const init: PointerEventInit = {
    bubbles: !enters,
    cancelable: !enters,
    composed: true,
    view,
    clientX: gesture.x,
    clientY: gesture.y,
    screenX: gesture.x,
    screenY: gesture.y,
    pointerId: 1,
    pointerType: 'mouse',
    isPrimary: true,
    ...modifierKeys(gesture.modifiers),
    ...more,
  };
  const pointer = /^pointer|click$/.test(type);
  return element.dispatchEvent(pointer ? new PointerEvent(type, init) : new MouseEvent(type, init));
}

export function hover(element: Element, gesture: Gesture): void {
  for (const type of ['pointerover', 'pointerenter', 'mouseover', 'mouseenter', 'pointermove', 'mousemove']) {
    fire(element, type, gesture);
  }
}

/** Press and let go; `count` is the how manieth of a row. */
export function click(element: Element, gesture: Gesture, count = 1): void {
  const down = { button: 0, buttons: 1, detail: count };
  const up = { ...down, buttons: 0 };
  fire(element, 'pointerdown', gesture, { ...down, detail: 0 });
  if (fire(element, 'mousedown', gesture, down)) focusNear(element);
  fire(element, 'pointerup', gesture, { ...up, detail: 0 });
  fire(element, 'mouseup', gesture, up);
  if (element.isConnected) fire(element, 'click', gesture, up);
}

/** `second`: the first click of the two has been done. */
export function dblclick(element: Element, gesture: Gesture, second = false): void {
  if (!second) click(element, gesture);
  click(element, gesture, 2);
  if (element.isConnected) fire(element, 'dblclick', gesture, { button: 0, detail: 2 });
}

/** The focus goes to the nearest that takes it, or away from where it was. */
function focusNear(element: Element): void {
  const { ownerDocument: document } = element;
  for (let at: Element | undefined = element; at?.ownerDocument === document; at = around(at)) {
    (at as HTMLElement).focus?.({ preventScroll: true });
    if (at.matches(':focus')) return;
  }
  (document.activeElement as HTMLElement | null)?.blur?.();
}
