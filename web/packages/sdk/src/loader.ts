import { Link } from '@opencobrowse/link';
import type { FromServer, Offer, Share } from '@opencobrowse/protocol';
import { VERSION } from '@opencobrowse/protocol';
import type { Config } from './config.ts';
import { type Prompt, prompt, TEXT_VERSION } from './prompt.ts';
import type { Sharer } from './share.ts';

/** What survives a reload: in the tab's own storage, gone when the tab is. */
interface Kept {
  session: string;
  token: string;
}

const STORE = 'opencobrowse';

export type LoadShare = () => Promise<typeof import('./share.ts')>;

/** Waits for an offer; asks; on yes loads what records and lets it stream. Until then nothing of the page
 * leaves it but its address, its title and its size. */
export class Loader {
  readonly #prompts = new Map<string, Prompt>();
  readonly #link: Link;
  #sharer: Sharer | undefined;
  #starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: Config & { origin: string },
    private readonly loadShare: LoadShare,
  ) {
    this.#link = new Link({
      open: () => this.#register(),
      opened: () => this.#hello(),
      message: (message) => this.#on(message),
      frame: (frame) => this.#sharer?.frame(frame),
      closed: (final) => this.#closed(final),
    });
  }

  /** Join by a typed code or a link's token. */
  join(code: string): void {
    this.#link.tell({ type: 'join', code });
  }

  async #register(): Promise<{ ticket: string; websocketUrl: string }> {
    const { deployment, externalId, externalToken, origin } = this.config;
    const answer = await fetch(`${origin}/api/v2/opencobrowse/pages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      credentials: 'omit',
      body: JSON.stringify({ deploymentId: deployment, externalId, externalToken }),
    });
    const body = await answer.json();
    if (answer.ok) return body;
    const final = answer.status < 500 && answer.status !== 429;
    if (final) console.warn(`[opencobrowse] ${body.message} ${body.help?.summary ?? ''}`);
    throw Object.assign(new Error(body.message), { final });
  }

  #hello(): void {
    const kept = read();
    this.#link.tell({
      type: 'hello',
      versions: [VERSION],
      page: {},
      ...(kept && { session: kept.session, token: kept.token }),
      ...(this.#sharer && { resume: this.#sharer.position }),
    });
  }

  #on(message: FromServer): void {
    switch (message.type) {
      case 'offer':
        this.#ask(message);
        break;
      case 'offer.closed':
        this.#prompts.get(message.sessionId)?.close();
        this.#prompts.delete(message.sessionId);
        break;
      case 'share':
        this.#starting = this.#starting.then(() => this.#share(message));
        break;
      case 'end':
        sessionStorage.removeItem(STORE);
        this.#sharer?.stop(message.reason);
        this.#sharer = undefined;
        break;
      default:
        this.#sharer?.message(message);
    }
  }

  #ask(offer: Offer): void {
    if (this.#prompts.has(offer.sessionId) || this.#sharer) return;
    const { sessionId } = offer;
    this.#prompts.set(
      sessionId,
      prompt(offer, (yes) => {
        this.#prompts.delete(sessionId);
        if (yes) {
          this.#link.tell({ type: 'accept', sessionId, textVersion: TEXT_VERSION, control: offer.control });
          void this.loadShare();
        } else this.#link.tell({ type: 'decline', sessionId });
      }),
    );
  }

  async #share(share: Share): Promise<void> {
    const token = share.resumeToken || read()?.token;
    if (token) sessionStorage.setItem(STORE, JSON.stringify({ session: share.sessionId, token }));
    if (this.#sharer) {
      this.#sharer.again(share);
      return;
    }
    const { Sharer } = await this.loadShare();
    this.#sharer = new Sharer(this.#link, share);
  }

  #closed(final: boolean): void {
    for (const open of this.#prompts.values()) open.close();
    this.#prompts.clear();
    if (!final) return;
    sessionStorage.removeItem(STORE);
    this.#sharer?.stop('connection');
    this.#sharer = undefined;
  }
}

function read(): Kept | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
