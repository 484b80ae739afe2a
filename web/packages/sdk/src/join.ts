import { joinStrings } from './strings.ts';
import { DIALOG, h, panel } from './ui.ts';

const ANSWER_WITHIN_MS = 10_000;

const CSS = `${DIALOG}
label{display:block;font-weight:600;margin:18px 0 6px}
input{font:600 1.25rem/1.2 ui-monospace,monospace;letter-spacing:.12em;text-transform:uppercase;width:100%;min-height:48px;padding:8px 14px;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:10px}
[role=alert]{min-height:1.5em;margin-block-start:8px;color:#d92d20;font-size:.9375rem}
@media(prefers-color-scheme:dark){[role=alert]{color:#fda29b}}
.row{margin-block-start:12px}
[aria-busy=true]{opacity:.6}
`;

export interface JoinDialog {
  /** What the server said to the code, in our words where we know them. */
  refused(code: string, message: string): void;
  close(): void;
}

/** Ask for the code that the agent reads out. `submit` gets it without blanks and dashes, in capitals. */
export function joinDialog(submit: (code: string) => boolean, closed: () => void): JoinDialog {
  const t = joinStrings();
  const { root, remove } = panel(CSS, t.dir);
  const input = h('input', {
    id: 'c',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    enterkeyhint: 'go',
    maxlength: '64',
    'aria-describedby': 'n e',
  });
  const error = h('p', { id: 'e', role: 'alert' });
  const yes = h('button', { class: 'yes' }, t.join);
  const no = h('button', { type: 'button' }, t.cancel);
  const form = h(
    'form',
    { method: 'dialog', novalidate: '' },
    h('h2', { id: 't' }, t.title),
    h('p', { id: 'n', class: 'soft' }, t.help),
    h('label', { for: 'c' }, t.label),
    input,
    error,
    h('div', { class: 'row' }, yes, no),
  );
  const card = h('dialog', { 'aria-labelledby': 't' }, form);
  root.append(card);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (text: string): void => {
    clearTimeout(timer);
    form.ariaBusy = 'false';
    input.ariaInvalid = String(text !== '');
    error.textContent = text;
    input.focus();
  };
  const close = (): void => {
    clearTimeout(timer);
    card.onclose = null;
    card.close();
    remove();
    closed();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const code = normalCode(input.value);
    if (form.ariaBusy === 'true') return;
    if (code === '') say(t.empty);
    else if (!submit(code)) say(t.offline);
    else {
      error.textContent = '';
      form.ariaBusy = 'true';
      timer = setTimeout(() => say(t.offline), ANSWER_WITHIN_MS);
    }
  };
  no.onclick = card.onclose = close;
  card.showModal();
  input.focus();
  const known: Record<string, string> = {
    'join.code.not.found': t.unknown,
    'too.many.requests': t.tooMany,
  };
  return { refused: (code, message) => say(known[code] ?? message), close };
}

/** A code as it is read out and typed: blanks, dashes and small letters mean nothing. */
export function normalCode(text: string): string {
  return text.replace(/[\s\u2010-\u2015._-]/g, '').toUpperCase();
}
