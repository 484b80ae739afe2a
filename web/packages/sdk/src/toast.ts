import { fill, sharingStrings } from './strings.ts';
import { h, panel } from './ui.ts';

const SHOWN_MS = 6_000;

const CSS = `
.toast{position:fixed;inset:auto 0 max(16px,env(safe-area-inset-bottom));margin:0 auto;width:fit-content;max-width:calc(100vw - 24px);border:1px solid var(--line);border-radius:14px;padding:12px 18px;color:var(--fg);background:var(--bg);box-shadow:0 12px 36px #0b122045;font:15px/1.35 system-ui,sans-serif;pointer-events:none;z-index:2147483647}
b,small{display:block}
small{font-size:.875rem;color:var(--soft)}
@media(prefers-reduced-motion:no-preference){.toast{animation:in .2s ease-out}@keyframes in{from{opacity:0;translate:0 8px}}}
`;

/** "Sharing has ended", and why, for a few seconds. Takes no focus. */
export function toast(reason: string, agent: string): void {
  const t = sharingStrings();
  const { root, remove } = panel(CSS, t.dir);
  const card = h('div', { class: 'toast', role: 'status', popover: 'manual' });
  root.append(card);
  card.showPopover?.();
  const why = t.endedBy[reason] ?? t.endedBy.other ?? '';
  // A live region speaks of what changes in it.
  setTimeout(() => {
    card.append(h('b', {}, t.ended), h('small', {}, ...fill(why, { agent })));
  }, 50);
  setTimeout(remove, SHOWN_MS);
}
