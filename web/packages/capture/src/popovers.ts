import { EventType, type eventWithTime, IncrementalSource } from '@rrweb/types';

/** Tells the mirror that a popover is open. Only in what is sent: the page's own elements do not get it. */
const OPEN = 'data-opencobrowse-popover-open';

export interface Popovers {
  /** Say which are open now: after each full snapshot. */
  tell(): void;
  stop(): void;
}

/** rrweb hears nothing of popovers (fidelity.md, top layer): say when one opens or closes, as a change of an
 * attribute, which takes the way through the mask that all changes take. */
export function watchPopovers(
  emit: (event: eventWithTime) => void,
  idOf: (node: Node) => number,
  doc: Document,
): Popovers {
  const say = (elements: Element[], open: boolean): void => {
    const attributes = elements
      .map((element) => ({ id: idOf(element), attributes: { [OPEN]: open ? '' : null } }))
      .filter(({ id }) => id > 0);
    if (attributes.length === 0) return;
    const data = {
      source: IncrementalSource.Mutation,
      texts: [],
      removes: [],
      adds: [],
      attributes,
    } as const;
    emit({ type: EventType.IncrementalSnapshot, data, timestamp: Date.now() } as unknown as eventWithTime);
  };
  const onToggle = (event: Event): void => {
    const { target } = event;
    if (target instanceof HTMLElement && target.popover)
      say([target], (event as ToggleEvent).newState === 'open');
  };
  const options = { capture: true, passive: true } as const;
  doc.addEventListener('toggle', onToggle, options);
  return {
    tell: () => say(openIn(doc), true),
    stop: () => doc.removeEventListener('toggle', onToggle, options),
  };
}

/** None where the browser does not know the word. */
function openIn(doc: Document): Element[] {
  try {
    return [...doc.querySelectorAll(':popover-open')];
  } catch {
    return [];
  }
}
