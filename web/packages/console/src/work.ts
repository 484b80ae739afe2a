/** What the agent works with in one session: the tool in the hand, control, what is asked and suggested. */

import type { Action, FromServer } from '@opencobrowse/protocol';
import type { Box, Facts } from '@opencobrowse/replay';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Session } from './api.ts';
import { Desk } from './control/desk.ts';
import { ASK_MS, type Grip, gripOf, type May, mayOf, type Tool } from './control/grip.ts';
import { closed } from './control/say.ts';
import { type Suggestion, useSuggestions } from './control/suggestions.ts';
import { useNow } from './hooks.ts';
import type { Viewer } from './viewer.ts';
import type { Picture } from './views/Live.tsx';

/** A `select` was clicked, or something to suggest an action for. */
export interface Question {
  facts: Facts;
  box: Box;
  what: 'choose' | 'suggest';
}

export interface Said {
  text: string;
  /** `placed`: it stands where it happened, and is said here to screen readers only. */
  tone: 'good' | 'bad' | 'placed' | '';
}

export interface Work {
  desk: { current: Desk | null };
  viewer: { current: Viewer | null };
  tool: Tool;
  take(tool: Tool): void;
  grip: Grip;
  /** What the site lets agents do. */
  may: May;
  /** Of the clock of `performance.now()`: until when the customer may answer. */
  askedUntil: number;
  ask(): void;
  release(): void;
  act(action: Action): void;
  /** What happened last, for eyes and screen readers. */
  said: Said;
  follow: boolean;
  setFollow(follow: boolean): void;
  question: Question | undefined;
  setQuestion(question: Question | undefined): void;
  suggestions: Suggestion[];
  suggest(facts: Facts, action: Action): void;
  dismiss(id: number): void;
  /** The desk of a new layer. `looked`: the picture was scrolled alone. */
  make(layer: HTMLElement, looked: () => void): Desk;
  /** What the server says that is no news of the session itself. */
  heard(message: FromServer): void;
  /** Another picture: what was marked is not in it. */
  fresh(): void;
}

/** How long what was said is shown. */
const SAID_MS = 8_000;
const SILENCE: Said = { text: '', tone: '' };

export function useWork(session: Session, picture: Picture, viewer: { current: Viewer | null }): Work {
  const desk = useRef<Desk>(null);
  const [tool, setTool] = useState<Tool>('point');
  const [follow, setFollow] = useState(true);
  const [said, say] = useState(SILENCE);
  const [question, setQuestion] = useState<Question>();
  const [askedUntil, setAskedUntil] = useState(0);
  const suggestions = useSuggestions(desk);
  const customer = session.customerName ?? 'The customer';
  const grip = gripOf(picture.state, viewer.current?.peer ?? 0);
  const may = mayOf(picture.state);
  const take = useCallback((next: Tool) => {
    setTool(next);
    setQuestion(undefined);
    desk.current?.take(next);
  }, []);
  useGrip(grip, tool, desk, take, () =>
    say({ text: `You have control. What you do here happens on ${customer}’s page.`, tone: 'good' }),
  );
  useEffect(() => {
    if (desk.current) desk.current.follow = follow;
    viewer.current?.view?.hold(!follow);
  }, [follow, viewer]);
  useEffect(() => {
    const timer = said.text ? setTimeout(() => say(SILENCE), SAID_MS) : undefined;
    return () => clearTimeout(timer);
  }, [said]);
  const hear = useHear(desk, viewer, picture, customer, say);
  return {
    ...suggestions.shown,
    ...{ desk, viewer, tool, take, grip, may, askedUntil, said, follow, setFollow, question, setQuestion },
    ask: () => {
      if (!viewer.current?.tell({ type: 'control.request' })) return;
      setAskedUntil(performance.now() + ASK_MS);
      say(SILENCE);
    },
    release: () => void viewer.current?.tell({ type: 'control.release' }),
    act: (action) => desk.current?.doing.act(action),
    make: (layer, looked) => {
      desk.current = new Desk(layer, {
        view: () => viewer.current?.view,
        tell: (message) => viewer.current?.tell(message) ?? false,
        say: (text, placed) => say({ text, tone: placed ? 'placed' : '' }),
        ask: (facts, box, what) => setQuestion({ facts, box, what }),
        leave: () => take('point'),
        looked,
        proposed: suggestions.answered,
      });
      return desk.current;
    },
    heard: hear,
    fresh: () => {
      desk.current?.fresh();
      setQuestion(undefined);
      setFollow(true);
    },
  };
}

/** Control that was given is taken into the hand; with control that is gone nothing is done any more. */
function useGrip(
  grip: Grip,
  tool: Tool,
  desk: { current: Desk | null },
  take: (tool: Tool) => void,
  given: () => void,
): void {
  const before = useRef<Grip>('none');
  // Once for each change of the grip: what else is used is of that moment.
  useEffect(() => {
    const had = before.current;
    before.current = grip;
    if (grip === 'held' && had !== 'held') {
      given();
      take('control');
    }
    if (grip === 'held' || had !== 'held') return;
    desk.current?.lose();
    if (tool === 'control') take('point');
  }, [grip]);
}

function useHear(
  desk: { current: Desk | null },
  viewer: { current: Viewer | null },
  picture: Picture,
  customer: string,
  say: (said: Said) => void,
): (message: FromServer) => void {
  const viewers = useRef(picture.state?.viewers);
  viewers.current = picture.state?.viewers;
  return (message) => {
    if (message.type === 'acted') desk.current?.acted(message);
    else if (message.type === 'control.closed')
      say({ text: closed(message.reason, customer), tone: message.reason === 'released' ? '' : 'bad' });
    else if (message.type === 'error') say({ text: message.message, tone: 'bad' });
    else if (message.type === 'highlight' && message.peer !== viewer.current?.peer) {
      const peer = message.peer ?? 0;
      const name = viewers.current?.find((one) => one.peer === peer)?.name;
      outline(desk.current, peer, message.node, peer === 0 ? customer : (name ?? 'Agent'));
    }
  };
}

function outline(desk: Desk | null, peer: number, node: number, name: string): void {
  const key = peer === 0 ? 'customer' : String(peer);
  if (node === 0) desk?.marks.clear(key);
  else desk?.marks.outline(key, node, name, peer === 0 ? key : `viewer-${peer % 6}`);
}

/** Whole seconds until a time of `performance.now()`; 0 when it is over. */
export function useSecondsTo(time: number): number {
  useNow(); // once a second
  return Math.max(0, Math.ceil((time - performance.now()) / 1000));
}
