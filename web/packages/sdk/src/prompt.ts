import type { Offer } from '@opencobrowse/protocol';
import { h, panel } from './ui.ts';

/** Which text the customer agreed to; part of the consent record. */
export const TEXT_VERSION = '2026-11';

/** A click in the first half second was meant for something else (reliability.md B9). */
const ARMED_AFTER_MS = 500;

const CSS = `
:host{all:initial}
.back{position:fixed;inset:0;z-index:2147483646;background:#0b122066;display:grid;place-items:center;padding:16px}
.card{font:16px/1.5 system-ui,sans-serif;color:#101828;background:#fff;border-radius:16px;max-width:26rem;padding:24px;box-shadow:0 20px 50px #0b122055}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 8px}
p{margin:0 0 12px}
.row{display:flex;gap:12px;justify-content:flex-end;margin-top:16px}
button{font:inherit;font-weight:600;padding:10px 18px;border-radius:10px;border:1px solid #d0d5dd;background:#fff;color:#101828;cursor:pointer}
button.yes{background:#175cd3;border-color:#175cd3;color:#fff}
button:focus-visible{outline:3px solid #84adff;outline-offset:2px}
`;

export interface Prompt {
  close(): void;
}

/** Ask the customer. `answer` is called once, by a real event of theirs. */
export function prompt(offer: Offer, answer: (yes: boolean) => void): Prompt {
  const { root, remove } = panel(CSS);
  const shownAt = performance.now();
  const yes = h('button', { class: 'yes', type: 'button' }, 'Allow');
  const no = h('button', { type: 'button' }, 'Not now');
  const who = offer.organizationName ? `${offer.agentName} from ${offer.organizationName}` : offer.agentName;
  const card = h(
    'div',
    {
      class: 'card',
      role: 'alertdialog',
      'aria-modal': 'true',
      'aria-labelledby': 't',
      'aria-describedby': 'd',
    },
    h('h2', { id: 't' }, `Share this page with ${offer.agentName}?`),
    h('p', { id: 'd' }, `${who} asks to see this page while they help you. What you type stays hidden.`),
    h('div', { class: 'row' }, no, yes),
  );
  root.append(h('div', { class: 'back' }, card));
  const before = document.activeElement;
  const close = (): void => {
    remove();
    if (before instanceof HTMLElement) before.focus();
  };
  const decide =
    (value: boolean) =>
    (event: Event): void => {
      if (!event.isTrusted || performance.now() - shownAt < ARMED_AFTER_MS) return;
      close();
      answer(value);
    };
  yes.addEventListener('click', decide(true));
  no.addEventListener('click', decide(false));
  card.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') decide(false)(event);
    if (event.key !== 'Tab') return;
    event.preventDefault();
    (root.activeElement === yes ? no : yes).focus();
  });
  no.focus();
  return { close };
}
