/** What the protocol says, in the words of the people who read it. */

import type { Delivery, Session } from './api.ts';

export type Tone = 'wait' | 'good' | 'warn' | 'bad' | 'done';

export const STATE: Record<Session['state'], { text: string; tone: Tone }> = {
  initiated: { text: 'Waiting', tone: 'wait' },
  active: { text: 'Live', tone: 'good' },
  paused: { text: 'Paused', tone: 'warn' },
  ended: { text: 'Ended', tone: 'done' },
  declined: { text: 'Declined', tone: 'bad' },
  expired: { text: 'Expired', tone: 'done' },
};

interface Ending {
  title: string;
  text: string;
}

const ENDINGS: Record<string, Ending> = {
  agent: { title: 'You ended the session', text: 'The customer’s page is no longer shared.' },
  customer: {
    title: 'The customer stopped sharing',
    text: 'They pressed “Stop” in the sharing bar of their page.',
  },
  api: { title: 'The session was ended', text: 'A program of your organisation ended it.' },
  'conversation.ended': { title: 'The conversation is over', text: 'Its session ended with it.' },
  'customer.lost': {
    title: 'The customer left',
    text: 'Their page was closed or offline for five minutes.',
  },
  'agent.lost': {
    title: 'Nobody was watching',
    text: 'The session ended after five minutes with no viewer.',
  },
  timeout: { title: 'The session reached its time limit', text: 'Start a new one to go on.' },
  declined: {
    title: 'The customer said no',
    text: 'They pressed “Not now”. Nothing of their page was shared.',
  },
  expired: { title: 'Nobody answered', text: 'The offer ran out before the customer answered it.' },
  transfer: { title: 'The session was transferred', text: 'Another agent goes on with it.' },
};

export function ending(reason: string | null): Ending {
  return (
    ENDINGS[reason ?? ''] ?? {
      title: 'The session is over',
      text: 'The customer’s page is no longer shared.',
    }
  );
}

/** One line for each way that the customer is, or could be, reached. */
export function delivery({ channel, state, address, pages }: Delivery): { text: string; tone: Tone } {
  const where = address ? ` ${address}` : '';
  if (channel === 'page' && pages > 0) {
    return { text: `Asking on ${pages === 1 ? 'their open page' : `${pages} open pages`}`, tone: 'good' };
  }
  if (channel === 'page') return { text: 'No page of theirs is open yet', tone: 'wait' };
  const name = CHANNELS[channel] ?? channel;
  if (state === 'delivered') return { text: `${name} sent to${where}`, tone: 'good' };
  if (state === 'not.configured') return { text: `${name}${where}: not set up on this server`, tone: 'done' };
  if (state === 'failed') return { text: `${name} to${where} failed`, tone: 'bad' };
  return { text: `${name} to${where} is on its way`, tone: 'wait' };
}

const CHANNELS: Record<string, string> = {
  sip: 'SIP message',
  email: 'E-mail',
  phone: 'Text message',
  webhook: 'Webhook',
};

/** 65 -> "1:05", 3725 -> "1:02:05". Never negative. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** "just now", "5 min ago", "3 h ago", then the date. */
export function ago(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(then).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
}

/** How good a one-way time in milliseconds is: in words, because colour alone says nothing to some. */
export function quality(ms: number): { text: string; tone: Tone } {
  if (ms <= 120) return { text: 'Good', tone: 'good' };
  if (ms <= 300) return { text: 'Fair', tone: 'warn' };
  return { text: 'Slow', tone: 'bad' };
}

/** A code that is read out over the phone, in groups: "BCDF GHJK". */
export function grouped(code: string): string {
  if (/[\s-]/.test(code)) return code;
  const size = code.length % 3 === 0 ? 3 : 4;
  return code.match(new RegExp(`.{1,${size}}`, 'g'))?.join(' ') ?? code;
}
