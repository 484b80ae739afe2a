/**
 * `/join#token`: says who invites, and leads to the site where the session is to happen. The token stays in the
 * fragment: it is in no request's address, in no log and in no Referer.
 */

import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/join.css';
import { ApiError, api, type Invitation } from '../api.ts';
import { grouped } from '../words.ts';
import { destination } from './destination.ts';

const FORWARD_MS = 4000;

const card = document.querySelector('main') as HTMLElement;

async function start(): Promise<void> {
  const token = decodeURIComponent(location.hash.slice(1));
  if (token === '') {
    say(
      'This link is not complete',
      'Open the whole link from your message, or ask the agent for a new one.',
    );
    return;
  }
  try {
    invite(await api.join(token), token);
  } catch (error) {
    refuse(error);
  }
}

function refuse(error: unknown): void {
  if (!(error instanceof ApiError)) {
    say('The server cannot be reached', 'Check your connection, then load this page again.');
  } else if (error.status === 429) {
    say('Too many tries', `Please wait ${error.retryAfter || 60} seconds, then load this page again.`);
  } else if (error.status >= 500) {
    say('Something went wrong on our side', 'Please load this page again in a moment.');
  } else {
    say(
      'This invitation is over',
      'It has run out, was used, or the session has ended. Ask the agent for a new one.',
    );
  }
}

function invite(invitation: Invitation, token: string): void {
  const { agentName, organizationName, pageUrl, joinCode } = invitation;
  const title = make('h1', `${agentName} from ${organizationName} would like to see your page`);
  const promise = make(
    'p',
    'You are asked again before anything is shared. What you type, passwords and card numbers stay hidden, and you can stop at any time.',
  );
  const target = destination(pageUrl, token);
  if (target) card.replaceChildren(mark(), title, promise, ...forward(target));
  else card.replaceChildren(mark(), title, promise, ...byHand(joinCode));
}

/** To the site, by the button or by itself; pressing a key or the link "Stay here" stops the clock. */
function forward(target: URL): HTMLElement[] {
  const go = make('a', `Continue to ${target.host}`);
  go.className = 'button button-main button-wide';
  go.setAttribute('href', target.href);
  go.setAttribute('rel', 'noreferrer');
  const wait = make('p', `You are taken to ${target.host} in a moment. `);
  wait.className = 'muted';
  const stay = make('button', 'Stay here') as HTMLButtonElement;
  stay.className = 'button';
  stay.type = 'button';
  const timer = setTimeout(() => location.replace(target.href), FORWARD_MS);
  stay.addEventListener('click', () => {
    clearTimeout(timer);
    stay.remove();
    wait.textContent = 'Continue when you are ready.';
  });
  queueMicrotask(() => go.focus());
  return [go, wait, stay];
}

function byHand(code: string): HTMLElement[] {
  const box = make('div', '');
  box.className = 'join-code';
  const shown = make('output', grouped(code));
  shown.className = 'mono';
  box.append(make('span', 'Your code'), shown);
  const steps = document.createElement('ol');
  steps.append(
    make('li', 'Go to the page on the company’s website that you need help with.'),
    make('li', 'Look for the link to share your page by code; the agent can tell you where it is.'),
    make('li', 'Type this code, then press “Allow” when you are asked.'),
  );
  return [box, steps];
}

function say(title: string, text: string): void {
  card.replaceChildren(mark(), make('h1', title), make('p', text));
}

function make(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function mark(): HTMLImageElement {
  const image = document.createElement('img');
  image.src = '/console/icon.svg';
  image.alt = '';
  image.width = image.height = 44;
  return image;
}

void start();
