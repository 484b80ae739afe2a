import { Link } from '@opencobrowse/link';
import {
  CLOSE_TAKEN_OVER,
  type FromServer,
  type Offer,
  type SessionState,
  type Share,
  VERSION,
} from '@opencobrowse/protocol';
import type { Config, OpenCobrowse } from './config.ts';
import type { JoinDialog } from './join.ts';
import { KeptSession } from './kept.ts';
import type { Answer } from './prompt.ts';
import { Prompts } from './prompts.ts';
import { register } from './register.ts';
import type { Sharer } from './share.ts';
import { TEXT_VERSION } from './strings.ts';

export type LoadShare = () => Promise<typeof import('./share.module.ts')>;

/** Waits for an offer; asks; on yes loads what records and lets it stream. Until then nothing of the page
 * leaves it but the part of its address that names the page. */
export class Loader implements OpenCobrowse {
  readonly #kept = new KeptSession();
  readonly #prompts = new Prompts((offer, answer) => this.#answer(offer, answer));
  readonly #link: Link;
  #sharer: Sharer | undefined;
  /** The session that this page shares or is about to: what is being loaded for another is for nothing. */
  #sharing: string | undefined;
  #state: SessionState | undefined;
  #starting: Promise<void> = Promise.resolve();
  #dialog: JoinDialog | undefined;
  /** A code or a link's token, until its offer has been answered. */
  #code: string | undefined;

  constructor(
    config: Config & { origin: string },
    private readonly loadShare: LoadShare,
  ) {
    this.#link = new Link({
      open: () => register(config, this.#kept.get() === undefined),
      opened: () => this.#hello(),
      message: (message) => this.#on(message),
      frame: (frame) => this.#sharer?.frame(frame),
      closed: (final, code) => this.#closed(final, code),
      silent: () => this.#link.tell({ type: 'ping', id: 0 }),
    });
    this.#joinByLink();
    addEventListener('hashchange', () => this.#joinByLink());
    addEventListener('click', (event) => this.#onClick(event), true);
    addEventListener('pagehide', (event) => {
      if (event.persisted) this.#link.suspend();
    });
    addEventListener('pageshow', (event) => {
      if (event.persisted) this.#backFromCache();
    });
    if (this.#kept.get()) void this.loadShare().catch(() => undefined); // it will be needed at once
  }

  join(code?: string): void {
    if (code === undefined) void this.#askCode();
    else this.#join(code);
  }

  /** At once, whether or not the server can hear it now: it is told as soon as it can. */
  stop(): void {
    const kept = this.#kept.get();
    if (kept === undefined) return;
    this.#kept.set({ ...kept, stopping: true });
    this.#link.tell({ type: 'stop' });
    this.#end('customer');
  }

  async #askCode(): Promise<void> {
    if (this.#sharer) return; // it would lie over Stop
    const { joinDialog } = await this.loadShare(); // it will be needed when the code is right
    this.#dialog ??= joinDialog(
      (code) => this.#join(code),
      () => {
        this.#dialog = undefined;
      },
    );
  }

  #join(code: string): boolean {
    this.#code = code;
    return this.#link.tell({ type: 'join', code });
  }

  #joinByLink(): void {
    const token = /^#opencobrowse=([\w-]+)$/.exec(location.hash)?.[1];
    if (token === undefined) return;
    history.replaceState(history.state, '', location.pathname + location.search);
    this.#join(token);
  }

  #onClick(event: Event): void {
    const target = event.composedPath()[0];
    if (!(target instanceof Element) || !target.closest('[data-opencobrowse-join]')) return;
    event.preventDefault();
    this.join();
  }

  #hello(): void {
    const kept = this.#kept.get();
    this.#link.tell({
      type: 'hello',
      versions: [VERSION],
      page: this.#sharer?.page ?? {},
      ...(kept && { session: kept.session, token: kept.token }),
      ...(this.#sharer && { resume: this.#sharer.oldest }),
    });
    if (this.#code !== undefined) this.#join(this.#code);
  }

  #on(message: FromServer): void {
    switch (message.type) {
      case 'offer':
        this.#dialog?.close();
        if (this.#sharing === undefined) this.#prompts.add(message);
        break;
      case 'offer.closed':
        this.#prompts.withdraw(message.sessionId);
        break;
      case 'share':
        this.#share(message);
        break;
      case 'end':
        this.#over(message.sessionId, message.reason);
        break;
      case 'error':
        this.#refused(message.code, message.message);
        break;
      case 'state':
        this.#state = message;
        this.#sharer?.message(message);
        break;
      default:
        this.#sharer?.message(message);
    }
  }

  #answer(offer: Offer, answer: Answer): void {
    const { sessionId, asked = 0 } = offer;
    this.#code = undefined;
    if (answer === 'decline') {
      this.#link.tell({ type: 'decline', sessionId });
      return;
    }
    this.#prompts.clear();
    const control = answer === 'control';
    this.#link.tell({ type: 'accept', sessionId, textVersion: TEXT_VERSION, control, asked });
    void this.loadShare().catch(() => undefined); // meanwhile; `#share` says when it fails
  }

  #share(share: Share): void {
    const kept = this.#kept.get();
    const token = share.resumeToken || kept?.token || '';
    const stopping = kept?.stopping === true && kept.session === share.sessionId;
    this.#kept.set({ session: share.sessionId, token, ...(stopping && { stopping }) });
    if (stopping) {
      this.#link.tell({ type: 'stop' });
      return;
    }
    this.#prompts.clear();
    if (this.#sharing !== share.sessionId) this.#end('other');
    this.#sharing = share.sessionId;
    this.#starting = this.#starting.then(() => this.#stream(share));
  }

  async #stream(share: Share): Promise<void> {
    if (this.#sharing !== share.sessionId) return;
    if (this.#sharer) {
      this.#sharer.again(share);
      return;
    }
    try {
      const { Sharer } = await this.loadShare();
      if (this.#sharing !== share.sessionId) return;
      this.#sharer = new Sharer(this.#link, share, () => this.stop());
      if (this.#state?.sessionId === share.sessionId) this.#sharer.message(this.#state);
    } catch (error) {
      console.warn('[opencobrowse] the page cannot be shared', error);
      this.stop();
    }
  }

  #over(sessionId: string, reason: string): void {
    if (this.#kept.get()?.session !== sessionId) return;
    this.#kept.set(undefined);
    this.#end(reason);
  }

  #end(reason: string): void {
    this.#sharing = undefined;
    this.#sharer?.stop(reason);
    this.#sharer = undefined;
  }

  #refused(code: string, message: string): void {
    if (this.#dialog) this.#dialog.refused(code, message);
    else console.warn(`[opencobrowse] ${code}: ${message}`);
    if (/^(?:join|too|already)\./.test(code)) this.#code = undefined;
  }

  #closed(final: boolean, code: number): void {
    this.#prompts.clear(); // what is still open is asked again when the server is back
    if (final || code === CLOSE_TAKEN_OVER) {
      this.#kept.set(undefined);
      this.#end(final ? 'other' : 'taken.over');
    } else this.#sharer?.offline();
  }

  #backFromCache(): void {
    if (this.#kept.get() === undefined) this.#end('other'); // it ended on a page in between
    this.#link.resume();
  }
}
