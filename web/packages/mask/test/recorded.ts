import { record } from '@rrweb/record';
import type { eventWithTime } from '@rrweb/types';
import { Mask, type MaskRules, OWN_ATTRIBUTE } from '../src/index.ts';

/** A page recorded by rrweb itself through a mask: what would leave, as text to search in and as events. */
export class Recorded {
  readonly events: eventWithTime[] = [];
  readonly mask: Mask;
  readonly #stop: (() => void) | undefined;
  #read = 0;

  constructor(html: string, rules: Partial<MaskRules> = {}) {
    document.body.innerHTML = html;
    const all: MaskRules = { privacy: 'inputs', maskSelectors: [], showSelectors: [], ...rules };
    this.mask = new Mask(all, (id) => record.mirror.getNode(id), document);
    this.#stop = record({
      emit: (event) => {
        const masked = this.mask.event(event as unknown as eventWithTime);
        if (masked) this.events.push(structuredClone(masked));
      },
      maskAllInputs: true,
      maskInputFn: (text) => text,
      blockSelector: `[${OWN_ATTRIBUTE}]`,
      slimDOMOptions: 'all',
      sampling: { mousemove: false, mouseInteraction: false },
    });
  }

  /** All that has left so far. */
  get text(): string {
    return JSON.stringify(this.events);
  }

  /** Everything since the last call, after what observers see has been seen. */
  async since(): Promise<eventWithTime[]> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    const fresh = this.events.slice(this.#read);
    this.#read = this.events.length;
    return fresh;
  }

  again(): void {
    record.takeFullSnapshot();
  }

  stop(): void {
    this.#stop?.();
    record.mirror.reset();
  }
}

export function $<T extends Element = HTMLInputElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}

/** Type as a person does: one input event a letter. */
export function type(selector: string, text: string): void {
  const field = $(selector);
  for (const letter of text) {
    field.value += letter;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
