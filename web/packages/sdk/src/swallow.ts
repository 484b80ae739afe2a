const FOLLOWING = ['mousedown', 'pointerup', 'mouseup', 'click', 'auxclick', 'contextmenu'];

/** A press, and what follows of it within a second, is not the page's. */
export function swallow(press: Event): void {
  const stop = (event: Event): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === 'click') setTimeout(end, 0);
  };
  const end = (): void => {
    for (const type of FOLLOWING) removeEventListener(type, stop, true);
  };
  stop(press);
  for (const type of FOLLOWING) addEventListener(type, stop, true);
  setTimeout(end, 1_000);
}
