import type { Action } from '@opencobrowse/protocol';
import { ARMED_AFTER_MS, ARMED_AFTER_TYPING_MS, watchVisible } from '../prompt.ts';
import { fill, type HandsStrings } from '../strings.ts';
import { h } from '../ui.ts';

const GAP = 10;
const EDGE = 12;
/** Further than this the card was elsewhere a moment ago: what is pressed now may have been meant for that. */
const MOVED_PX = 4;

export interface Card {
  /** Put it beside `box`, never over it, as far as there is room. */
  beside(box: DOMRect): void;
  close(): void;
}

/** "Ana suggests: click here", with yes and no. It takes the focus unless
 * somebody is typing; a press counts
 * from half a second after it came or moved, of the customer's own hand, and not under anything else (B9). */
export function suggest(
  layer: HTMLElement,
  t: HandsStrings,
  agent: string,
  what: string,
  isTyping: boolean,
  answer: (accepted: boolean) => void,
): Card {
  const yes = h('button', { class: 'yes', type: 'button' }, t.accept);
  const no = h('button', { type: 'button' }, t.no);
  const card = h(
    'section',
    {
      class: 'card',
      role: 'alertdialog',
      'aria-labelledby': 'who',
      'aria-describedby': 'what',
      tabindex: '-1',
    },
    h('p', { class: 'who', id: 'who' }, ...fill(t.suggests, { agent })),
    h('p', { class: 'what', id: 'what', dir: 'auto' }, what),
    h('div', { class: 'row' }, yes, no),
  );
  layer.append(card);
  const watch = watchVisible(card);
  let place = { x: Number.NaN, y: Number.NaN };
  let armedAt = performance.now() + ARMED_AFTER_MS;
  const decide = (event: Event, accepted: boolean): void => {
    if (!event.isTrusted || performance.now() < armedAt || !watch.visible()) return;
    answer(accepted);
  };
  yes.onclick = (event) => decide(event, true);
  no.onclick = (event) => decide(event, false);
  card.onkeydown = (event) => {
    const presses = event.key === ' ' && event.target !== card;
    if (event.key.length === 1 && !presses) armedAt = performance.now() + ARMED_AFTER_TYPING_MS;
  };
  const before = document.activeElement as HTMLElement | null;
  if (isTyping) announce(card, `${t.suggests.replace('{agent}', agent)}: ${what}`);
  else card.focus({ preventScroll: true });
  return {
    beside: (box) => {
      const to = beside(box, card, layer);
      if (!(Math.hypot(to.x - place.x, to.y - place.y) < MOVED_PX)) {
        armedAt = Math.max(armedAt, performance.now() + ARMED_AFTER_MS);
        place = to;
        card.style.translate = `${to.x}px ${to.y}px`;
      }
    },
    close: () => {
      const inside = card.matches(':focus-within');
      watch.stop();
      card.remove();
      if (inside) before?.focus?.({ preventScroll: true });
    },
  };
}

/** Say it to who has the focus elsewhere. A live region speaks of what changes in it. */
function announce(card: HTMLElement, text: string): void {
  const said = h('p', { class: 'said', role: 'status' });
  card.append(said);
  setTimeout(() => {
    said.textContent = text;
  }, 100);
}

/** Below, above, or in the middle; clear of the bar. */
function beside(box: DOMRect, card: HTMLElement, layer: HTMLElement): { x: number; y: number } {
  const { offsetWidth: width, offsetHeight: height } = card;
  const bar = layer.querySelector('.bar')?.getBoundingClientRect();
  const x = Math.min(Math.max(EDGE, box.x), Math.max(EDGE, innerWidth - width - EDGE));
  const fits = (y: number): boolean =>
    y >= EDGE &&
    y + height <= innerHeight - EDGE &&
    !(bar && y < bar.bottom && y + height > bar.top && x < bar.right && x + width > bar.left);
  const middle = Math.max(EDGE, (innerHeight - height) / 2);
  const tries = [box.bottom + GAP, box.y - GAP - height, middle, EDGE];
  return { x, y: tries.find(fits) ?? middle };
}

/** What is proposed, in words. All of a text: nobody agrees to what they cannot read. */
export function inWords(action: Action, element: Element | undefined, t: HandsStrings): string {
  const kind = action.kind === 'check' && action.values?.[0] === 0 ? 'uncheck' : action.kind;
  const options = (element as HTMLSelectElement | undefined)?.options;
  const chosen = action.values?.map((index) => options?.[index]?.label ?? '').join(', ') ?? '';
  const key = [...(action.modifiers ?? []), action.key ?? ''].join(' + ');
  const names: Record<string, string> = {
    text: action.kind === 'select' ? chosen : (action.text ?? ''),
    key: key === ' ' ? 'Space' : key,
    url: action.url ?? '',
  };
  return (t.actions[kind] ?? kind).replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '');
}
