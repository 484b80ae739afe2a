/** The agent's hands on the customer's page: control when it was agreed to, proposals, highlights. Loaded when the
 * first of it comes. The server checks all of it; this page checks it again (I8, B8). */

import type { Link } from '@opencobrowse/link';
import {
  type Act,
  type FromServer,
  Kind,
  makeFrame,
  type SessionState,
  type Share,
  writePointer,
} from '@opencobrowse/protocol';
import type { Bar } from '../bar.ts';
import type { Prompt } from '../prompt.ts';
import { handsStrings } from '../strings.ts';
import { h } from '../ui.ts';
import { askForControl } from './asking.ts';
import { CSS } from './css.ts';
import { Grant } from './grant.ts';
import { Outlines } from './outlines.ts';
import { Owner } from './owner.ts';
import { type Ground, perform, type Result } from './perform.ts';
import type { Point } from './place.ts';
import { Proposals } from './proposals.ts';
import { Showing } from './showing.ts';

export interface Surroundings {
  bar: Bar;
  link: Link;
  nodeOf(id: number): Node | null;
  idOf(node: Node): number;
  isNeverShown(element: Element): boolean;
  /** What the server said last of the session, its settings among it. */
  share(): Share;
  paused(): boolean;
}

export { Seen } from '../seen.ts';

/** A page that was left before the server heard that control was taken back does not let it go on. */
const TAKEN = 'opencobrowse.taken';

export class Hands {
  readonly #t = handsStrings();
  readonly #grant: Grant;
  readonly #outlines: Outlines;
  readonly #proposals: Proposals;
  readonly #showing: Showing;
  readonly #owner = new Owner(
    () => performance.now(),
    () => this.#escape(),
  );
  readonly #takeBack = h('button', { class: 'take', type: 'button', 'aria-label': this.#t.takeBackLabel });
  #names = new Map<number, string>();
  #prompt: Prompt | undefined;
  /** Whom the bar names as the one who may act. */
  #holder: string | undefined;

  constructor(private readonly around: Surroundings) {
    const { bar, link, idOf } = around;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    bar.root.adoptedStyleSheets.push(sheet);
    this.#takeBack.append(this.#t.takeBack);
    this.#takeBack.onclick = (event) => {
      if (event.isTrusted) this.take();
    };
    this.#grant = new Grant(around.share().control);
    this.#outlines = new Outlines(bar.layer);
    this.#proposals = new Proposals(bar.layer, this.#outlines, this.#t, () => this.#ground(), this.#answer, {
      isHeard: () => link.open,
      isTyping: () => this.#owner.typing,
    });
    this.#showing = new Showing(bar.layer, this.#outlines, this.#t, (element) =>
      link.tell({ type: 'highlight', node: element ? Math.max(0, idOf(element)) : 0 }),
    );
    if (remembered() === around.share().sessionId) this.#grant.step('take');
  }

  message(message: FromServer): void {
    switch (message.type) {
      case 'state':
        this.#settle(message);
        break;
      case 'control.asked':
        this.#ask(message.agentName, message.expiresIn);
        break;
      case 'control.closed':
        this.#closed();
        break;
      case 'act':
        this.#act(message);
        break;
      case 'propose':
        if (this.around.paused())
          this.#answer(message.peer ?? 0, message.id, { result: 'refused', reason: 'paused' });
        else this.#proposals.add(message);
        break;
      case 'withdraw':
        this.#proposals.withdraw(message.peer ?? 0, message.id);
        break;
      case 'highlight':
        this.#highlight(message.peer ?? 0, message.node);
    }
  }

  /** The customer shows something: where they pressed, or where they will. */
  pointOut(target?: EventTarget): void {
    if (target) this.#showing.at(target);
    else this.#showing.toggle();
  }

  /** At once, whether or not the server can hear it: from here on nothing is done. */
  take(): void {
    if (this.#grant.step('take') !== 'taken') return;
    this.around.link.tell({ type: 'control.revoke' });
    remember(this.around.share().sessionId);
    this.#show();
  }

  stop(): void {
    this.#prompt?.close();
    this.#owner.stop();
    this.#proposals.stop();
    this.#showing.stop();
    this.#outlines.clear();
    remember(undefined);
  }

  #ask(agent: string, expiresIn: number): void {
    this.#prompt?.close();
    const answer = (granted: boolean): void => {
      this.#prompt = undefined;
      if (this.around.link.tell({ type: 'control.answer', granted }) && granted) this.#grant.step('yes');
    };
    const gone = (): void => {
      this.#prompt = undefined;
    };
    this.#prompt = askForControl(this.#t, agent, expiresIn, answer, gone);
  }

  #closed(): void {
    this.#prompt?.close();
    this.#prompt = undefined;
    this.#grant.step('none');
    remember(undefined);
    this.#show();
  }

  /** Who watches, and what the server holds. It hears again of what was taken back while it was away. */
  #settle(state: SessionState): void {
    this.#names = new Map((state.viewers ?? []).map(({ peer, name }) => [peer, name]));
    const peers = new Set(this.#names.keys());
    this.#proposals.keep(peers);
    this.#outlines.filter((key) => !key.startsWith('peer') || peers.has(Number(key.slice(4))));
    if (state.control === 'held') this.#grant.step('held', state.controller);
    if (state.control === 'none') this.#closed();
    if (state.control === 'held' && this.#grant.state === 'taken') {
      this.around.link.tell({ type: 'control.revoke' });
    }
    this.#show();
  }

  /** The bar says who may act; the page has a frame of another colour. Said once: it is read out. */
  #show(): void {
    const { bar, share } = this.around;
    const { peer } = this.#grant;
    const agent = peer > 0 ? (this.#names.get(peer) ?? share().agentName) : undefined;
    if (agent === this.#holder) return;
    this.#holder = agent;
    bar.layer.toggleAttribute('data-control', agent !== undefined);
    if (agent === undefined) this.#takeBack.remove();
    else bar.slot.append(this.#takeBack);
    bar.instead(
      agent === undefined ? undefined : { title: this.#t.held, note: this.#t.heldNote, names: { agent } },
    );
  }

  #escape(): void {
    this.#proposals.decline();
    this.#showing.clear();
    this.take();
  }

  #act({ id, peer = 0, action }: Act): void {
    this.#owner.watch();
    let result: Result;
    if (!this.#grant.may(peer)) result = { result: 'refused', reason: 'no.grant' };
    else if (this.around.paused()) result = { result: 'refused', reason: 'paused' };
    else if (this.#owner.busy) result = { result: 'refused', reason: 'customer.input' };
    else result = perform(action, this.#ground());
    this.#answer(peer, id, result);
  }

  #answer = (
    peer: number,
    id: number,
    { result, reason, at }: { result: 'declined' | Result['result']; reason?: string; at?: Point },
  ): void => {
    this.around.link.tell({ type: 'acted', id, peer, result, ...(reason && { reason }) });
    if (at && result === 'done') this.#trace(peer, at);
  };

  /** A ring where it happened: nothing is done that the customer does not see. */
  #trace(peer: number, { x, y }: Point): void {
    const header = { kind: Kind.POINTER, flags: 0, peer, epoch: 0, offset: 0 };
    const frame = makeFrame(header, writePointer({ action: 'click', x, y, node: 0 }));
    this.around.bar.pointer(frame.buffer);
  }

  #highlight(peer: number, node: number): void {
    const key = `peer${peer}`;
    const found = node > 0 ? this.around.nodeOf(node) : null;
    const element = found?.nodeType === Node.ELEMENT_NODE ? (found as Element) : found?.parentElement;
    this.#outlines.delete(key);
    if (element?.isConnected && this.#names.has(peer)) {
      this.#outlines.set(key, element, this.#names.get(peer) ?? '');
    }
  }

  #ground(): Ground {
    const { nodeOf, isNeverShown, share } = this.around;
    return { nodeOf, isNeverShown, settings: share().settings };
  }
}

/** Storage may be forbidden: then a page that is left has forgotten. */
function remembered(): string | undefined {
  try {
    return sessionStorage.getItem(TAKEN) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(session: string | undefined): void {
  try {
    if (session === undefined) sessionStorage.removeItem(TAKEN);
    else sessionStorage.setItem(TAKEN, session);
  } catch {
    // see above
  }
}
