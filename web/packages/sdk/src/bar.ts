import { CSS } from './bar.css.ts';
import { Cursors } from './cursors.ts';
import { fill, type SharingStrings, sharingStrings } from './strings.ts';
import { h, icon, type Panel, panel } from './ui.ts';

export type BarState = 'live' | 'handed' | 'withheld' | 'paused' | 'reconnecting';

export interface Words {
  title: string;
  note: string;
  names: Record<string, string>;
}

const NOTES = {
  live: 'liveNote',
  handed: 'liveNote',
  withheld: 'withheldNote',
  paused: 'pausedNote',
  reconnecting: 'reconnectingNote',
} as const;
const MARGIN = 12;

/** "You are sharing", always in view, with Stop; and the agents' pointers. In the top layer, and inside the
 * page's own dialog while one is open: what is outside of it cannot be pressed. */
export class Bar {
  readonly #t: SharingStrings = sharingStrings();
  readonly #panel: Panel = panel(CSS, this.#t.dir);
  readonly #title = h('b');
  readonly #note = h('small');
  readonly #said = h('p', { class: 'said', role: 'status' });
  readonly #bar: HTMLElement;
  /** Over the page, in the top layer: what else we show to the customer goes in here. */
  readonly layer: HTMLElement;
  /** A place in the bar for more buttons. */
  readonly slot = h('div', { class: 'slot' });
  readonly #cursors = new Cursors();
  readonly #dialogs = new MutationObserver(() => this.#place());
  #state: BarState | undefined;
  #withheld = false;
  #instead: Words | undefined;

  constructor(
    private agent: string,
    onStop: () => void,
    onPoint: () => void,
    onSeen: (on: boolean) => void,
  ) {
    const t = this.#t;
    const move = small(t.move, 'M8 9l4-4 4 4M8 15l4 4 4-4');
    const point = small(t.point, 'M4 4l7 16 2-7 7-2z');
    const seen = small(t.seen, 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12M12 9v6');
    seen.ariaPressed = 'false';
    const stop = h('button', { class: 'stop', type: 'button', 'aria-label': t.stopLabel }, t.stop);
    const text = h('p', { class: 'text' }, this.#title, this.#note);
    this.#bar = h(
      'section',
      { class: 'bar', 'aria-label': t.region },
      h('span', { class: 'dot', 'aria-hidden': 'true' }),
      text,
      this.slot,
      point,
      seen,
      move,
      stop,
      this.#said,
    );
    this.layer = h(
      'div',
      { class: 'layer', popover: 'manual' },
      h('div', { class: 'frame', 'aria-hidden': 'true' }),
      this.#cursors.element,
      this.#bar,
    );
    this.#panel.root.append(this.layer);
    move.onclick = () => this.#otherEdge();
    point.onclick = (event) => {
      if (event.isTrusted) onPoint();
    };
    seen.onclick = () => {
      const on = seen.ariaPressed !== 'true';
      seen.ariaPressed = `${on}`;
      onSeen(on);
    };
    stop.onclick = (event) => {
      if (event.isTrusted) onStop();
    };
    this.#draggable();
    this.#stayOnTop();
    this.show('live');
    // Whatever it says later, Stop stays where it is.
    this.#bar.style.minWidth = `min(${this.#bar.offsetWidth}px, 100vw - 24px)`;
  }

  get root(): ShadowRoot {
    return this.#panel.root;
  }

  show(wanted: BarState): void {
    const state = this.#withheld && /live|handed/.test(wanted) ? 'withheld' : wanted;
    if (state === this.#state) return;
    this.#state = state;
    this.layer.dataset.state = state;
    this.#write();
  }

  /** What it says while an agent may act, in place of "sharing"; undefined: as before. */
  instead(words: Words | undefined): void {
    this.#instead = words;
    this.#write();
  }

  #write(): void {
    const state = this.#state ?? 'live';
    const words = /live|handed/.test(state) ? this.#instead : undefined;
    this.#title.replaceChildren(
      ...fill(words?.title ?? this.#t[state], { agent: this.agent, ...words?.names }),
    );
    this.#note.textContent = words?.note ?? this.#t[NOTES[state]];
    // A live region speaks of what changes in it, not of what it was made with.
    setTimeout(() => {
      this.#said.textContent = `${this.#title.textContent}. ${this.#note.textContent}.`;
    }, 100);
  }

  /** Whether the page that the customer is on is one of those that are not shared. */
  withhold(on: boolean): void {
    this.#withheld = on;
    if (/live|handed|withheld/.test(this.#state ?? '')) this.show('live');
  }

  /** Another agent sees the page from here; while nobody watches, only the name is kept. */
  seenBy(agent: string): void {
    this.agent = agent;
    if (this.#state === 'paused') return;
    this.#state = undefined;
    this.show('handed');
  }

  viewers(viewers: { peer: number; name: string }[]): void {
    this.#cursors.viewers(viewers);
  }

  pointer(frame: ArrayBuffer): void {
    this.#cursors.frame(frame);
  }

  close(): void {
    this.#dialogs.disconnect();
    removeEventListener('toggle', this.#raise, true);
    removeEventListener('resize', this.#keepInView);
    this.#panel.remove();
  }

  #stayOnTop(): void {
    this.#dialogs.observe(document, { subtree: true, attributes: true, attributeFilter: ['open'] });
    addEventListener('toggle', this.#raise, true);
    addEventListener('resize', this.#keepInView);
    this.#place();
  }

  /** Into the page's open modal dialog, or back out of it. */
  #place(): void {
    const { host } = this.#panel;
    const modal = [...document.querySelectorAll('dialog:modal')].filter((dialog) => dialog !== host).at(-1);
    const parent = modal ?? document.documentElement;
    if (host.parentNode !== parent) parent.append(host);
    this.#raise();
  }

  #raise = (event?: Event): void => {
    if (event && (event as ToggleEvent).newState !== 'open') return;
    if (!this.layer.isConnected || typeof this.layer.showPopover !== 'function') return;
    if (this.layer.matches(':popover-open')) this.layer.hidePopover();
    this.layer.showPopover();
  };

  #otherEdge(): void {
    this.#bar.style.translate = '';
    this.#bar.classList.toggle('top');
  }

  #draggable(): void {
    const bar = this.#bar;
    let from: { x: number; y: number } | undefined;
    bar.onpointerdown = (event) => {
      if ((event.target as Element).closest('button')) return;
      const [x, y] = moved(bar);
      from = { x: event.clientX - x, y: event.clientY - y };
      bar.setPointerCapture(event.pointerId);
    };
    bar.onpointermove = (event) => {
      if (from === undefined) return;
      bar.style.translate = `${event.clientX - from.x}px ${event.clientY - from.y}px`;
      this.#keepInView();
    };
    bar.onpointerup = bar.onpointercancel = () => {
      from = undefined;
    };
  }

  #keepInView = (): void => {
    const { style } = this.#bar;
    if (style.translate === '') return;
    const box = this.#bar.getBoundingClientRect();
    const [x, y] = moved(this.#bar);
    const dx = Math.min(0, innerWidth - MARGIN - box.right) || Math.max(0, MARGIN - box.left);
    const dy = Math.min(0, innerHeight - MARGIN - box.bottom) || Math.max(0, MARGIN - box.top);
    style.translate = `${x + dx}px ${y + dy}px`;
  };
}

/** A button with a picture for its name. */
function small(name: string, path: string): HTMLElement {
  return h('button', { class: 'move', type: 'button', 'aria-label': name, title: name }, icon(path));
}

function moved(element: HTMLElement): [number, number] {
  const [x, y] = element.style.translate.split(' ').map(Number.parseFloat);
  return [x || 0, y || 0];
}
