import { useEffect, useRef } from 'preact/hooks';
import type { User } from '../api.ts';
import type { Desk } from '../control/desk.ts';
import { Cursors } from '../cursors.ts';
import type { Size } from '../fit.ts';
import { PointerOut } from '../pointer.ts';
import type { Work } from '../work.ts';

export interface LayerProps {
  user: User;
  work: Work;
  cursors: { current: Cursors | null };
  layer: { current: HTMLDivElement | null };
  scale: number;
  /** The page is shown and alive: pointers and tools work. */
  live: boolean;
  size: Size;
  /** Ctrl and the wheel: in or out by one step. */
  onZoom(way: 1 | -1): void;
}

/** While the agent looks round alone, the customer's place is looked at this often. */
const AWAY_MS = 120;

/** Pointers in, pointers out, and the desk that the tools work on. */
export function useLayer(props: LayerProps): void {
  const { work, cursors, layer, scale, live } = props;
  const now = useRef(props);
  now.current = props;
  const out = useRef<PointerOut>(null);
  useEffect(() => {
    cursors.current?.scale(scale);
    work.desk.current?.scale(scale);
    place(now.current);
  }, [scale, cursors]);
  useEffect(() => {
    if (live) return;
    cursors.current?.remove('me');
    out.current?.leave();
  }, [live, cursors]);
  useEffect(() => {
    place(now.current);
    if (work.follow) return;
    const timer = setInterval(() => place(now.current), AWAY_MS);
    return () => clearInterval(timer);
  }, [work.follow]);
  // Once: all that changes is read from `now`.
  useEffect(() => {
    const element = layer.current;
    if (!element) return;
    const shown = new Cursors(element);
    shown.scale(now.current.scale);
    cursors.current = shown;
    const desk = work.make(element, () => place(now.current));
    desk.scale(now.current.scale);
    const sender = new PointerOut((pointer) => now.current.work.viewer.current?.point(pointer));
    out.current = sender;
    const stop = listen(element, () => now.current, desk, shown, sender);
    return () => {
      stop();
      desk.stop();
    };
  }, [layer, cursors]);
}

/** Where the customer's viewport is, as against what is shown. */
function place({ work, cursors, layer, scale, size }: LayerProps): void {
  const away = (work.follow ? undefined : work.viewer.current?.view?.away()) ?? { x: 0, y: 0 };
  cursors.current?.shift(away);
  const mark = layer.current?.querySelector<HTMLElement>('.customer-view');
  if (!mark) return;
  mark.style.transform = `translate(${away.x * scale}px, ${away.y * scale}px)`;
  mark.style.width = `${size.width * scale}px`;
  mark.style.height = `${size.height * scale}px`;
}

function listen(
  element: HTMLElement,
  now: () => LayerProps,
  desk: Desk,
  shown: Cursors,
  sender: PointerOut,
): () => void {
  const at = (event: MouseEvent): [number, number] => {
    const box = element.getBoundingClientRect();
    return [(event.clientX - box.x) / now().scale, (event.clientY - box.y) / now().scale];
  };
  const point = (event: PointerEvent, action: 'move' | 'click'): void => {
    const { live, work, user } = now();
    if (!live) return;
    const view = work.viewer.current?.view;
    const [x, y] = at(event);
    const node = view?.at(x, y) ?? 0;
    const away = (work.follow ? undefined : view?.away()) ?? { x: 0, y: 0 };
    const told = { x: x - away.x, y: y - away.y, node }; // in the customer's viewport
    shown.show('me', user.name, { action, ...told });
    if (action === 'click') sender.click(told.x, told.y, node);
    else sender.move(told.x, told.y, node);
    if (action === 'move') desk.move(x, y, node);
  };
  const leave = (): void => {
    shown.remove('me');
    sender.leave();
    desk.out();
  };
  const down = (event: PointerEvent): void => {
    if (event.button === 0) point(event, 'click');
  };
  const click = (event: MouseEvent): void => {
    if (now().live) desk.click(...at(event), event.detail);
  };
  const wheel = (event: WheelEvent): void => {
    if (event.ctrlKey) now().onZoom(event.deltaY < 0 ? 1 : -1);
    if (event.ctrlKey || (now().live && desk.wheel(event, ...at(event)))) event.preventDefault();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.target !== element || !now().live || !desk.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const stop = new AbortController();
  const { signal } = stop;
  element.addEventListener('pointermove', (event) => point(event, 'move'), { signal });
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointerleave', leave, { signal });
  element.addEventListener('pointercancel', leave, { signal });
  element.addEventListener('click', click, { signal });
  element.addEventListener('wheel', wheel, { signal, passive: false });
  element.addEventListener('keydown', key, { signal });
  addEventListener('blur', leave, { signal });
  return () => {
    stop.abort();
    leave();
  };
}
