import { MASKED } from '@opencobrowse/mask';

const STAND_IN = 'data-opencobrowse-masked';

/** Show what a `select` says that it holds. Masked options all have the same value, so the browser would show the
 * first of them: a choice that the customer did not make. Dots stand for what is hidden, as in any other field. */
export function showChosen(select: Element | undefined, value: string): void {
  if (!isSelect(select)) return;
  const standIn = select.querySelector<HTMLOptionElement>(`[${STAND_IN}]`);
  if (value !== MASKED) {
    standIn?.remove();
    if (value === '') select.value = '';
  } else if (select.multiple) select.selectedIndex = -1;
  else (standIn ?? addStandIn(select)).selected = true;
}

function addStandIn(select: HTMLSelectElement): HTMLOptionElement {
  const option = select.ownerDocument.createElement('option');
  option.setAttribute(STAND_IN, '');
  option.hidden = true;
  option.textContent = MASKED;
  select.append(option);
  return option;
}

/** By its name: it is of another window than this code. */
function isSelect(element: Element | undefined): element is HTMLSelectElement {
  return element?.localName === 'select';
}
