/** Popovers: their being open is in no attribute, so the page's recorder tells it by one of ours. */

/** The same name as in `capture/src/popovers.ts`. */
const OPEN = 'data-opencobrowse-popover-open';

/** After `changed` attributes of `element` were applied. */
export function showPopover(element: Element | undefined, changed: Record<string, unknown>): void {
  if (!(OPEN in changed) || !element?.hasAttribute('popover')) return;
  const popover = element as HTMLElement;
  const open = changed[OPEN] !== null;
  if (open === popover.matches(':popover-open')) return;
  if (open) popover.showPopover();
  else popover.hidePopover();
}
