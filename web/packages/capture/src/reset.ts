import { EventType, type eventWithTime, IncrementalSource } from '@rrweb/types';

/** rrweb hears nothing of a form's reset (field.md complaint 9): say for each field what it holds after it. */
export function watchResets(emit: (event: eventWithTime) => void, idOf: (node: Node) => number): () => void {
  const onReset = (event: Event): void => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    setTimeout(() => {
      for (const field of form.elements) {
        const { value, checked } = field as HTMLInputElement;
        const id = idOf(field);
        if (id < 0 || typeof value !== 'string') continue;
        const data = {
          source: IncrementalSource.Input,
          id,
          text: value,
          isChecked: checked === true,
        } as const;
        emit({ type: EventType.IncrementalSnapshot, data, timestamp: Date.now() });
      }
    }, 0);
  };
  addEventListener('reset', onReset, { capture: true, passive: true });
  return () => removeEventListener('reset', onReset, { capture: true });
}
