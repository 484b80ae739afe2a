import type { Box } from '@opencobrowse/replay';

/** How often what is pinned to an element looks where the element is. Nothing runs while nothing is pinned. */
const LOOK_MS = 120;
const NOTE_MS = 4_500;
const PULSE_MS = 700;

export type NoteTone = 'good' | 'bad';

interface Pin {
  element: HTMLElement;
  node: number;
  /** Where it was put last. */
  at: string;
  /** The element is not on the page any more. */
  lost: () => void;
}

/** What lies on elements of the mirror: outlines with names, a field that is typed in; and notes at a place. */
export class Marks {
  readonly #pins = new Map<string, Pin>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #scale = 1;

  constructor(
    private readonly layer: HTMLElement,
    private readonly boxOf: (node: number) => Box | undefined,
  ) {}

  /** Outline a node. `key`: whose outline; `colour`: the cursor's class of that person. */
  outline(key: string, node: number, name: string, colour: string): void {
    if (this.#pins.get(key)?.node === node) return;
    this.clear(key);
    const element = document.createElement('div');
    element.className = `outline cursor-${colour}`;
    element.dataset.outline = key;
    if (name) {
      const label = document.createElement('span');
      label.textContent = name;
      element.append(label);
    }
    this.layer.append(element);
    this.pin(key, node, element);
  }

  /** Keep `element` over a node until it is cleared; `lost` when the node goes. */
  pin(key: string, node: number, element: HTMLElement, lost: () => void = () => this.clear(key)): void {
    const pin = { element, node, at: '', lost };
    this.#pins.set(key, pin);
    this.#place(pin);
    this.#timer ??= setInterval(this.look, LOOK_MS);
  }

  clear(key: string): void {
    this.#pins.get(key)?.element.remove();
    this.#pins.delete(key);
    if (this.#pins.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The node that `key` outlines; 0 for none. */
  nodeOf(key: string): number {
    return this.#pins.get(key)?.node ?? 0;
  }

  keep(keep: (key: string) => boolean): void {
    for (const key of [...this.#pins.keys()]) if (!keep(key)) this.clear(key);
  }

  /** Say something at a place of the mirror's viewport, for a few seconds. */
  note(x: number, y: number, text: string, tone: NoteTone): void {
    const note = document.createElement('div');
    note.className = `mark-note mark-${tone}`;
    note.textContent = text;
    note.style.left = `${x * this.#scale}px`;
    note.style.top = `${y * this.#scale}px`;
    for (const before of this.layer.querySelectorAll('.mark-note')) before.remove();
    this.layer.append(note);
    const over = x * this.#scale + note.offsetWidth / 2 - this.layer.clientWidth;
    const under = note.offsetWidth / 2 - x * this.#scale;
    if (over > 0 || under > 0)
      note.style.left = `${x * this.#scale - Math.max(0, over) + Math.max(0, under)}px`;
    setTimeout(() => note.remove(), NOTE_MS);
  }

  /** It was done: a ring that goes by itself. */
  pulse(x: number, y: number): void {
    const ring = document.createElement('div');
    ring.className = 'done-pulse';
    ring.style.transform = `translate(${x * this.#scale}px, ${y * this.#scale}px)`;
    this.layer.append(ring);
    setTimeout(() => ring.remove(), PULSE_MS);
  }

  scale(factor: number): void {
    this.#scale = factor;
    this.look();
  }

  look = (): void => {
    for (const pin of [...this.#pins.values()]) this.#place(pin);
  };

  stop(): void {
    this.keep(() => false);
  }

  #place(pin: Pin): void {
    const box = this.boxOf(pin.node);
    if (!box) {
      pin.lost();
      return;
    }
    const [x, y, width, height] = [box.x, box.y, box.width, box.height].map((n) => n * this.#scale);
    const at = `${x} ${y} ${width} ${height}`;
    if (at === pin.at) return;
    pin.at = at;
    const { style } = pin.element;
    style.left = `${x}px`;
    style.top = `${y}px`;
    style.width = `${width}px`;
    style.height = `${height}px`;
  }
}
