import { Kind, readHeader, readPointer } from '@opencobrowse/protocol';
import { h, icon } from './ui.ts';

const ARROW = 'M3 3l7 17 2.5-7.5L20 10z';
const COLOURS = 4;
const PULSE_MS = 500;
/** A pointer that has not moved for so long is not shown: nobody points. */
const IDLE_MS = 8_000;

interface Cursor {
  element: HTMLElement;
  name: HTMLElement;
  ring: HTMLElement;
  idle: ReturnType<typeof setTimeout> | undefined;
}

/** Where the agents point, each with a name and a colour, and a ring where they click. */
export class Cursors {
  readonly element = h('div', { 'aria-hidden': 'true' });
  readonly #cursors = new Map<number, Cursor>();
  #names = new Map<number, string>();

  /** Who watches now: who has left points at nothing any more. */
  viewers(viewers: { peer: number; name: string }[]): void {
    this.#names = new Map(viewers.map(({ peer, name }) => [peer, name]));
    for (const [peer, cursor] of this.#cursors) {
      cursor.name.textContent = this.#names.get(peer) ?? '';
      if (this.#names.has(peer)) continue;
      clearTimeout(cursor.idle);
      cursor.element.remove();
      this.#cursors.delete(peer);
    }
  }

  frame(frame: ArrayBuffer): void {
    const { kind, peer } = readHeader(frame);
    const pointer = kind === Kind.POINTER ? readPointer(frame) : undefined;
    if (pointer === undefined) return;
    const cursor = this.#cursors.get(peer) ?? this.#make(peer);
    clearTimeout(cursor.idle);
    cursor.element.hidden = pointer.action === 'leave';
    if (pointer.action === 'leave') return;
    cursor.element.style.translate = `${pointer.x}px ${pointer.y}px`;
    cursor.idle = setTimeout(() => {
      cursor.element.hidden = true;
    }, IDLE_MS);
    if (pointer.action === 'click') pulse(cursor.ring);
  }

  #make(peer: number): Cursor {
    const name = h('span', {}, this.#names.get(peer) ?? '');
    const ring = h('i');
    const element = h('div', { class: `cursor c${this.#cursors.size % COLOURS}` }, ring, icon(ARROW), name);
    const cursor = { element, name, ring, idle: undefined };
    this.#cursors.set(peer, cursor);
    this.element.append(element);
    return cursor;
  }
}

function pulse(ring: HTMLElement): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const frames = still
    ? [{ opacity: 1 }, { opacity: 1 }]
    : [
        { opacity: 1, scale: '0.3' },
        { opacity: 0, scale: '1.3' },
      ];
  ring.animate(frames, { duration: PULSE_MS, easing: 'ease-out' });
}
