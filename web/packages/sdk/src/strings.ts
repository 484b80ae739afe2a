/** Every word that a customer reads. One table a part, one row a language; `{agent}` and `{organization}` are
 * put in as text. A change of what the prompt says is a new `TEXT_VERSION`: it is part of the consent record. */

export const TEXT_VERSION = '2026-11-21';

const PROMPT = {
  en: {
    dir: 'ltr',
    title: 'Let {agent} see this page?',
    who: '{agent} from {organization} asks to see this page while helping you.',
    whoAlone: '{agent} asks to see this page while helping you.',
    seen: 'They see',
    seenText: 'this page in this tab, and where you point. No other tab, no other program.',
    hidden: 'They do not see',
    hiddenText:
      'what you type or choose, unless this site has opened the field, such as a search. Passwords, codes and card details stay hidden always.',
    control: 'With control',
    controlText: 'they can also click and type for you. You see every step.',
    codes: 'Never read out passwords or one-time codes, not even to {agent}.',
    stop: 'You can stop at any time.',
    ends: 'This request ends in {time}.',
    allow: 'Allow',
    allowView: 'Allow viewing only',
    allowControl: 'Allow viewing and control',
    decline: 'Not now',
  },
};

const JOIN = {
  en: {
    dir: 'ltr',
    title: 'Share this page with your agent',
    label: 'Code from your agent',
    help: 'Nothing is shared before you have agreed.',
    join: 'Continue',
    cancel: 'Cancel',
    empty: 'Enter the code that your agent gave you.',
    unknown: 'No session waits under this code. Check it, or ask your agent for a new one.',
    tooMany: 'Too many wrong codes. Wait a few minutes, or ask your agent for a link.',
    offline: 'The service cannot be reached. Try again in a moment.',
  },
};

const SHARING = {
  en: {
    dir: 'ltr',
    region: 'Page sharing',
    live: 'Sharing this page with {agent}',
    handed: '{agent} can now see this page',
    liveNote: 'Passwords and card details stay hidden',
    paused: 'Sharing is paused',
    pausedNote: 'Nobody is watching',
    withheld: 'This page is not shared',
    withheldNote: 'Sharing goes on when you leave it',
    reconnecting: 'Reconnecting…',
    reconnectingNote: 'Nothing is sent meanwhile',
    stop: 'Stop',
    stopLabel: 'Stop sharing this page',
    seen: 'What the agent sees',
    move: 'Move this bar to the other edge',
    point: 'Show your agent something on this page',
    ended: 'Sharing has ended',
    endedBy: {
      customer: 'You stopped it. Your page is no longer visible.',
      agent: '{agent} ended it. Your page is no longer visible.',
      'taken.over': 'This page is shared from another tab now.',
      'too.large': 'This page is too large to be shared.',
      other: 'Your page is no longer visible to anyone.',
    } as Record<string, string>,
  },
};

const HANDS = {
  en: {
    dir: 'ltr',
    asked: 'Let {agent} click and type on this page?',
    askedText: '{agent} asks to use this page with you: click, type, choose and scroll. You see every step.',
    never: 'Never possible',
    neverText: 'passwords, codes, card details, files.',
    back: 'You come first',
    backText: 'your own click or key always wins. Esc takes control back at once.',
    allow: 'Allow control',
    decline: 'Not now',
    ends: 'This request ends in {time}.',
    held: '{agent} can click and type on this page',
    heldNote: 'Press Esc to take control back',
    takeBack: 'Take back',
    takeBackLabel: 'Take control back',
    taken: 'You have control again',
    suggests: '{agent} suggests',
    accept: 'Do it',
    no: 'No, thanks',
    from: '{agent}',
    you: 'You are showing this',
    pick: 'Click on what you want to show. Esc to stop.',
    actions: {
      click: 'click here',
      dblclick: 'double-click here',
      hover: 'move the pointer here',
      focus: 'go to this field',
      type: 'type “{text}” here',
      key: 'press {key}',
      select: 'choose “{text}”',
      check: 'tick this box',
      uncheck: 'clear this box',
      clear: 'empty this field',
      scroll: 'scroll here',
      back: 'go back a page',
      forward: 'go forward a page',
      reload: 'load this page anew',
      navigate: 'go to {url}',
    } as Record<string, string>,
  },
};

export type HandsStrings = (typeof HANDS)['en'];
const SEEN = {
  en: {
    obscure: 'Masked: the agent sees dots',
    hide: 'Hidden: the agent sees an empty box',
    show: 'All else they see as you do.',
  },
};

export type PromptStrings = (typeof PROMPT)['en'];
export type SharingStrings = (typeof SHARING)['en'];

function pick<T>(table: { en: T }): T {
  const language = (document.documentElement.lang || navigator.language).split('-')[0] as 'en';
  return table[language] ?? table.en;
}

export const promptStrings = (): PromptStrings => pick(PROMPT);
export const seenStrings = (): (typeof SEEN)['en'] => pick(SEEN);
export const joinStrings = (): (typeof JOIN)['en'] => pick(JOIN);
export const handsStrings = (): HandsStrings => pick(HANDS);
export const sharingStrings = (): SharingStrings => pick(SHARING);

/** `text` with its `{names}` put in, each isolated from the direction of the text around it. */
export function fill(text: string, names: Record<string, string>): (Node | string)[] {
  return text.split(/\{(\w+)\}/).map((part, index) => {
    if (index % 2 === 0) return part;
    const name = document.createElement('bdi');
    name.textContent = names[part] ?? '';
    return name;
  });
}
