import type { Pointer } from '@opencobrowse/protocol';

/** Report the customer's pointer, at most once a frame, and each click; what scripts (an agent's hands, too) make
 * of it is nobody's pointer. Returns what stops it. */
export function watchPointer(
  report: (pointer: Pointer) => void,
  idOf: (node: Node) => number,
  isTheirs = (event: Event): boolean => event.isTrusted,
): () => void {
  let pending: PointerEvent | undefined;
  let frame = 0;
  const place = (event: PointerEvent, action: Pointer['action']): Pointer => {
    const id = event.target instanceof Node ? idOf(event.target) : -1;
    return { action, x: event.clientX, y: event.clientY, node: Math.max(0, id) };
  };
  const onMove = (event: PointerEvent): void => {
    if (!isTheirs(event)) return;
    pending = event;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (pending) report(place(pending, 'move'));
    });
  };
  const onDown = (event: PointerEvent): void => {
    if (isTheirs(event)) report(place(event, 'click'));
  };
  const onLeave = (event: PointerEvent): void => {
    if (isTheirs(event) && event.relatedTarget === null) report({ action: 'leave', x: 0, y: 0, node: 0 });
  };
  const options = { capture: true, passive: true } as const;
  addEventListener('pointermove', onMove, options);
  addEventListener('pointerdown', onDown, options);
  document.documentElement.addEventListener('pointerleave', onLeave, options);
  return () => {
    cancelAnimationFrame(frame);
    removeEventListener('pointermove', onMove, options);
    removeEventListener('pointerdown', onDown, options);
    document.documentElement.removeEventListener('pointerleave', onLeave, options);
  };
}
