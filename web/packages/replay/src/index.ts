/** The viewer's side of the mirror: rrweb's replayer without its clock. */

import { Replayer } from '@rrweb/replay';
import { EventType, type eventWithTime } from '@rrweb/types';
import '@rrweb/replay/dist/style.css';

/** The sandbox of the mirror, exactly: no scripts, no forms, no pop-ups (reliability.md B1). */
export const SANDBOX = 'allow-same-origin';

interface Castable {
  getCastFn(event: eventWithTime, isSync: boolean): () => void;
}

export class Mirror {
  #replayer: Replayer;
  readonly #root: HTMLElement;
  readonly #onSize: (width: number, height: number) => void;

  constructor(root: HTMLElement, onSize: (width: number, height: number) => void) {
    this.#root = root;
    this.#onSize = onSize;
    this.#replayer = this.#build();
  }

  get iframe(): HTMLIFrameElement {
    return this.#replayer.iframe;
  }

  /** Forget everything: what comes next starts with a full snapshot. */
  reset(): void {
    this.#replayer.destroy();
    this.#root.replaceChildren();
    this.#replayer = this.#build();
  }

  /** Apply events in their order, now. Their times are the customer's clock's and are not looked at. */
  apply(events: eventWithTime[]): void {
    const castable = this.#replayer as unknown as Castable;
    for (const event of events) {
      if (event.type === EventType.FullSnapshot) this.#checkSandbox();
      castable.getCastFn(event, false)();
    }
  }

  /** The mirrored node of an id, if it is an element. */
  element(id: number): Element | undefined {
    const node = this.#replayer.getMirror().getNode(id);
    return node instanceof Object && (node as Node).nodeType === Node.ELEMENT_NODE
      ? (node as Element)
      : undefined;
  }

  destroy(): void {
    this.#replayer.destroy();
  }

  #build(): Replayer {
    const replayer = new Replayer([], {
      root: this.#root,
      liveMode: true,
      useVirtualDom: false,
      UNSAFE_replayCanvas: false,
      triggerFocus: false,
      pauseAnimation: false,
      mouseTail: false,
      showWarning: false,
    });
    replayer.on('resize', (size) => {
      const { width, height } = size as { width: number; height: number };
      this.#onSize(width, height);
    });
    return replayer;
  }

  #checkSandbox(): void {
    if (this.iframe.getAttribute('sandbox') !== SANDBOX) throw new Error('the mirror lost its sandbox');
  }
}
