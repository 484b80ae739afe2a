import type { Pointer } from '@opencobrowse/protocol';

const SVG = 'http://www.w3.org/2000/svg';
const ARROW = 'M5 3 L5 20 L9.6 15.9 L12.6 22.4 L15.3 21.2 L12.4 14.8 L18.6 14.4 Z';
const COLOURS = 6;

interface Cursor {
  element: HTMLElement;
  label: HTMLElement;
  x: number;
  y: number;
}

/** The pointers over the mirror: the customer's (peer 0), the agent's own, other viewers'. Plain DOM and one
 * transform each: a pointer moves sixty times a second. */
export class Cursors {
  readonly #cursors = new Map<string, Cursor>();
  #scale = 1;
  #away = { x: 0, y: 0 };

  constructor(private readonly layer: HTMLElement) {}

  /** `key`: `customer`, `me`, or a viewer's number. */
  show(key: string, name: string, pointer: Pointer): void {
    if (pointer.action === 'leave') {
      this.remove(key);
      return;
    }
    const cursor = this.#cursors.get(key) ?? this.#add(key);
    if (cursor.label.textContent !== name) cursor.label.textContent = name;
    cursor.x = pointer.x;
    cursor.y = pointer.y;
    this.#place(cursor);
    if (pointer.action === 'click') this.#pulse(cursor);
  }

  remove(key: string): void {
    this.#cursors.get(key)?.element.remove();
    this.#cursors.delete(key);
  }

  /** Keep those of `keys`; the others have left. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#cursors.keys()) if (!keys.has(key)) this.remove(key);
  }

  scale(factor: number): void {
    this.#scale = factor;
    for (const cursor of this.#cursors.values()) this.#place(cursor);
  }

  /** How far the customer's viewport is from what is shown: pointers are told in the customer's. */
  shift(away: { x: number; y: number }): void {
    if (away.x === this.#away.x && away.y === this.#away.y) return;
    this.#away = away;
    for (const cursor of this.#cursors.values()) this.#place(cursor);
  }

  #place({ element, x, y }: Cursor): void {
    element.style.transform = this.#transform(x, y);
  }

  #transform(x: number, y: number): string {
    return `translate(${(x + this.#away.x) * this.#scale}px, ${(y + this.#away.y) * this.#scale}px)`;
  }

  #add(key: string): Cursor {
    const element = document.createElement('div');
    const colour = key === 'customer' || key === 'me' ? key : `viewer-${Number(key) % COLOURS}`;
    element.className = `cursor cursor-${colour}`;
    element.dataset.cursor = key;
    const arrow = document.createElementNS(SVG, 'svg');
    arrow.setAttribute('viewBox', '0 0 24 24');
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', ARROW);
    arrow.append(path);
    const label = document.createElement('span');
    element.append(arrow, label);
    this.layer.append(element);
    const cursor = { element, label, x: 0, y: 0 };
    this.#cursors.set(key, cursor);
    return cursor;
  }

  #pulse({ x, y, element }: Cursor): void {
    const ring = document.createElement('div');
    ring.className = `pulse ${element.className.split(' ').at(-1)}`;
    ring.style.transform = this.#transform(x, y);
    ring.addEventListener('animationend', () => ring.remove());
    this.layer.append(ring);
  }
}
