import type { Offer } from '@opencobrowse/protocol';
import { fill, type PromptStrings, promptStrings } from './strings.ts';
import { DIALOG, h, icon, panel } from './ui.ts';

/** A click in the first half second was meant for something else (reliability.md B9). */
export const ARMED_AFTER_MS = 500;
/** So was one right after a letter: somebody is typing and has not seen the prompt. */
export const ARMED_AFTER_TYPING_MS = 1_000;

const EYE = 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6';
export const LOCK = 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3';
const HAND = 'M5 3l14 8-6 2-3 6z';
const WARNING = 'M12 4l9 16H3zM12 10v4M12 17v.01';

const CSS = `${DIALOG}
ul{list-style:none;margin:18px 0 0;padding:0;display:grid;gap:14px}
li{display:flex;gap:12px;font-size:.9375rem}
svg{flex:none;margin-block-start:2px;color:var(--accent)}
b{font-weight:600}
.row>button{flex-basis:40%}
.row>:nth-last-child(n+3),.row>:nth-last-child(n+3)~*{flex-basis:100%}
.codes{background:#fff4e5;color:#5f370e;border-radius:10px;padding:10px 12px}
.codes svg{color:inherit}
@media(prefers-color-scheme:dark){.codes{background:#3a2a12;color:#fedf9c}}
.foot{margin-block-start:14px}
`;

export type Answer = 'decline' | 'view' | 'control';

export interface Prompt {
  /** Take it away without an answer. */
  close(): void;
}

/** Ask the customer. `answer` is called at most once, by a real event of theirs; `gone` when time is up.
 * Keys: Tab and Shift+Tab go round the buttons (Allow, or with control asked for Allow viewing only and Allow
 * viewing and control; then Not now), Enter and Space press the one in focus, Escape is Not now. */
export function prompt(offer: Offer, answer: (answer: Answer) => void, gone: () => void): Prompt {
  const t = promptStrings();
  const choices = buttons(offer, t);
  const left = h('span', { 'aria-hidden': 'true' });
  const card = cardOf(offer, t, [...choices.keys()], left);
  return ask(card, choices, left, t, offer.expiresIn, answer, gone);
}

/** Ask by `card`; the last of `choices` is no. `left` shows how much of `expiresIn` (milliseconds) there is. */
export function ask<T>(
  card: HTMLDialogElement,
  choices: Map<HTMLButtonElement, T>,
  left: Node,
  t: { dir: string; ends: string },
  expiresIn: number,
  answer: (answer: T) => void,
  gone: () => void,
): Prompt {
  const { root, remove } = panel(CSS, t.dir);
  root.append(card);
  const no = [...choices.values()].at(-1) as T;
  const watch = watchVisible(card);
  const stopClock = countDown(left, t.ends, expiresIn, () => {
    close();
    gone();
  });
  let armedAt = performance.now() + ARMED_AFTER_MS;
  const close = (): void => {
    stopClock();
    watch.stop();
    card.onclose = null;
    card.close(); // gives the focus back to where it was
    remove();
  };
  const decide = (event: Event, value: T): void => {
    if (!event.isTrusted || performance.now() < armedAt || !watch.visible()) return;
    close();
    answer(value);
  };
  for (const [button, value] of choices) button.onclick = (event) => decide(event, value);
  card.onkeydown = (event) => {
    const at = root.activeElement;
    if (event.key === 'Tab') goRound([...choices.keys()], at, event.shiftKey);
    else if (event.key === 'Escape') decide(event, no);
    else {
      const presses = event.key === ' ' && at !== card;
      if (event.key.length === 1 && !presses) armedAt = performance.now() + ARMED_AFTER_TYPING_MS;
      return;
    }
    event.preventDefault();
  };
  // The browser's own way to close (a back gesture) is a no, once it can have been meant.
  card.onclose = (event) => {
    if (performance.now() < armedAt) card.showModal();
    else decide(event, no);
  };
  card.showModal();
  card.focus(); // not a button: who is typing now must not answer with a key
  card.scrollTop = 0; // the browser has brought a button into view: the question comes first
  return { close };
}

function buttons(offer: Offer, t: PromptStrings): Map<HTMLButtonElement, Answer> {
  const made = new Map<HTMLButtonElement, Answer>();
  const add = (label: string, kind: string, answer: Answer): unknown =>
    made.set(h('button', { class: kind, type: 'button' }, label), answer);
  add(offer.control ? t.allowView : t.allow, 'yes', 'view');
  if (offer.control) add(t.allowControl, '', 'control');
  add(t.decline, '', 'decline');
  return made;
}

function cardOf(offer: Offer, t: PromptStrings, row: Node[], left: Node): HTMLDialogElement {
  const names = { agent: offer.agentName, organization: offer.organizationName };
  const line = (path: string, head: string, text: string): HTMLElement =>
    h('li', {}, icon(path), h('p', {}, h('b', {}, head), ' ', text));
  return h(
    'dialog',
    { role: 'alertdialog', 'aria-labelledby': 't', 'aria-describedby': 'd', tabindex: '-1' },
    h('h2', { id: 't' }, ...fill(t.title, names)),
    h(
      'div',
      { id: 'd' },
      h('p', { class: 'soft' }, ...fill(offer.organizationName ? t.who : t.whoAlone, names)),
      h(
        'ul',
        {},
        line(EYE, t.seen, t.seenText),
        line(LOCK, t.hidden, t.hiddenText),
        ...(offer.control ? [line(HAND, t.control, t.controlText)] : []),
        h('li', { class: 'codes' }, icon(WARNING), h('p', {}, ...fill(t.codes, names))),
      ),
    ),
    h('div', { class: 'row' }, ...row),
    h('p', { class: 'soft foot' }, `${t.stop} `, left),
  );
}

/** Move the focus to the next button, or the one before; from none to the first. */
function goRound(all: HTMLElement[], at: Element | null, back: boolean): void {
  const index = all.indexOf(at as HTMLElement);
  all.at((back ? Math.max(index, 0) - 1 : index + 1) % all.length)?.focus();
}

/** Show the time that is left, until there is none. Returns what stops it. */
function countDown(shown: Node, text: string, milliseconds: number, over: () => void): () => void {
  const ends = performance.now() + milliseconds;
  const tick = (): void => {
    const seconds = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    shown.textContent = text.replace('{time}', time);
  };
  tick();
  const every = setInterval(tick, 1_000);
  const end = setTimeout(over, milliseconds);
  return () => {
    clearInterval(every);
    clearTimeout(end);
  };
}

/** Whether the card is really seen, nothing over it and no opacity: where the browser can tell. */
export function watchVisible(card: Element): { visible(): boolean; stop(): void } {
  let hidden = false;
  const options = { trackVisibility: true, delay: 100 } as IntersectionObserverInit;
  const observer = new IntersectionObserver((entries) => {
    hidden = (entries.at(-1) as { isVisible?: boolean } | undefined)?.isVisible === false;
  }, options);
  observer.observe(card);
  return { visible: () => !hidden, stop: () => observer.disconnect() };
}
