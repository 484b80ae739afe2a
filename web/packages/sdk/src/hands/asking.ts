import { ask, LOCK, type Prompt } from '../prompt.ts';
import { fill, type HandsStrings } from '../strings.ts';
import { h, icon } from '../ui.ts';

const FIRST = 'M12 4a3 3 0 1 1 0 6 3 3 0 0 1 0-6M5 20c0-4 3-7 7-7s7 3 7 7';

/** Ask whether `agent` may act on the page: as the first prompt does, with the same guards (B9). `answer` gets
 * true or false; nothing where time is up: the server's clock says that, too. */
export function askForControl(
  t: HandsStrings,
  agent: string,
  expiresIn: number,
  answer: (granted: boolean) => void,
  gone: () => void,
): Prompt {
  const yes = h('button', { class: 'yes', type: 'button' }, t.allow);
  const no = h('button', { type: 'button' }, t.decline);
  const left = h('span', { 'aria-hidden': 'true' });
  const line = (path: string, head: string, text: string): HTMLElement =>
    h('li', {}, icon(path), h('p', {}, h('b', {}, head), ' ', text));
  const card = h(
    'dialog',
    { role: 'alertdialog', 'aria-labelledby': 't', 'aria-describedby': 'd', tabindex: '-1' },
    h('h2', { id: 't' }, ...fill(t.asked, { agent })),
    h(
      'div',
      { id: 'd' },
      h('p', { class: 'soft' }, ...fill(t.askedText, { agent })),
      h('ul', {}, line(FIRST, t.back, t.backText), line(LOCK, t.never, t.neverText)),
    ),
    h('div', { class: 'row' }, yes, no),
    h('p', { class: 'soft foot' }, left),
  );
  const choices = new Map([
    [yes, true],
    [no, false],
  ]);
  return ask(card, choices, left, t, expiresIn, answer, gone);
}
