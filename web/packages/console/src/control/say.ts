/** What happens with control, in the agent's words. */

import type { Action } from '@opencobrowse/protocol';
import type { Facts } from '@opencobrowse/replay';
import type { Outcome } from './doing.ts';
import type { Tool } from './grip.ts';

export const TOOL: Record<Tool, { name: string; key: string; hint: string }> = {
  point: { name: 'Point', key: 'P', hint: 'Your pointer is shown to the customer' },
  highlight: { name: 'Highlight', key: 'H', hint: 'Click on something to outline it for both of you' },
  control: { name: 'Control', key: 'C', hint: 'Act on the customer’s page' },
  suggest: { name: 'Suggest', key: 'S', hint: 'Click on something to suggest what to do with it' },
};

const CLOSED: Record<string, string> = {
  declined: '{who} said no. You can go on pointing.',
  expired: '{who} did not answer. You may ask again.',
  released: 'You gave control back.',
  revoked: '{who} took control back.',
  idle: 'Control ended: nothing was done for a while.',
  origin: 'Control ended: {who} went to another site.',
  'viewer.left': 'Control ended with your connection. You may ask again.',
  transferred: 'Control ended with the transfer.',
  'not.allowed': 'This site does not let agents act on its pages.',
  paused: 'Control ended with the pause.',
  ended: 'Control ended with the session.',
};

/** Why a request or a grant is over. */
export function closed(reason: string, who: string): string {
  return (CLOSED[reason] ?? 'Control is over.').replace('{who}', who);
}

const REFUSED: Record<string, string> = {
  password: 'The customer’s password fields cannot be used',
  'password.form': 'The customer sends a form with a password themselves',
  card: 'The customer’s card fields cannot be used',
  'one.time.code': 'The customer types their codes themselves',
  file: 'The customer chooses their files themselves',
  hidden: 'This is hidden on the customer’s page',
  sensitive: 'This field is the customer’s alone',
  masked: 'The page’s owner hides this from you',
  'payment.frame': 'Payment is the customer’s alone',
  frame: 'Another site’s frame cannot be used',
  readonly: 'The page’s owner made this read-only',
  disabled: 'The page does not take this now',
  'own.widget': 'The sharing bar is the customer’s alone',
  'no.grant': 'You do not have control',
  'not.allowed': 'This site does not let agents do this',
  navigation: 'This site does not let agents change the page',
  'not.yours': 'Only the session’s agent may suggest',
  'not.visible': 'The customer cannot see it now',
  covered: 'Something lies over it on the customer’s page',
  'customer.input': 'The customer is using the page. Wait a moment',
  busy: 'The customer’s page does not keep up. Wait a moment',
  paused: 'Sharing is paused',
  'not.active': 'Nothing is shared at the moment',
  'no.page': 'The customer’s page is gone. Wait for it to come back',
  'not.a.field': 'Nothing can be put in here',
  'not.accepted': 'The page did not take it',
  key: 'This key is not passed on',
  url: 'This is no address to go to',
  origin: 'This leads to another site: the customer goes there themselves',
  'leaves.page': 'This link opens another program',
  'new.tab': 'This opens another tab, which is not shared',
  download: 'Downloads are the customer’s to start',
  'too.many': 'Too fast: wait a moment',
  'other.proposal': 'Another suggestion waits for the customer',
};

const DECLINED: Record<string, string> = {
  expired: 'The customer did not answer',
  replaced: 'A newer suggestion took its place',
  withdrawn: 'Taken back',
};

const RESULT: Record<Outcome['result'], string> = {
  done: 'Done',
  refused: 'The customer’s page did not take it',
  declined: 'The customer said no',
  stale: 'The page changed meanwhile. Try again',
  lost: 'No answer from the customer’s page',
  withdrawn: 'Taken back',
};

/** What became of an action. */
export function outcome({ result, reason }: Pick<Outcome, 'result' | 'reason'>): string {
  const why = { refused: REFUSED, declined: DECLINED }[result as string]?.[reason];
  return why ?? RESULT[result];
}

/** Why nobody need try: an element that takes nothing from an agent; undefined where it may be tried. */
export function forbidden(facts: Facts | undefined): string | undefined {
  if (!facts) return undefined;
  if (facts.secret) return 'Passwords, cards, codes and files are the customer’s alone';
  if (facts.hidden) return REFUSED.masked;
  return undefined;
}

/** An action, as one would say it: "click", "type “tea”". */
export function deed({ kind, text, values, key }: Action, facts?: Facts): string {
  if (kind === 'type') return `type “${text}”`;
  if (kind === 'select') {
    const names = values?.map((value) => facts?.choices.find(({ index }) => index === value)?.text);
    return `choose “${names?.join('”, “') ?? ''}”`;
  }
  if (kind === 'key') return `press ${key}`;
  return kind === 'dblclick' ? 'double-click' : kind;
}
