import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Session, User } from '../api.ts';
import { Cursors } from '../cursors.ts';
import { type Size, scaleOf, step, type Zoom } from '../fit.ts';
import { useSize } from '../hooks.ts';
import { Icon, type IconName } from '../icons.tsx';
import { PointerOut } from '../pointer.ts';
import type { Viewer } from '../viewer.ts';
import type { Picture } from './Live.tsx';

interface StageProps {
  session: Session;
  user: User;
  picture: Picture;
  zoom: Zoom;
  onZoom: (zoom: Zoom) => void;
  root: { current: HTMLDivElement | null };
  cursors: { current: Cursors | null };
  viewer: { current: Viewer | null };
  children: ComponentChildren;
}

/** What the style sheet keeps free around the mirror, and below it for the zoom bar. */
const MARGIN = 32;
const FOOT = 80;

/** The neutral ground with the mirror on it, and over the mirror the layer that takes the agent's pointer. */
export function Stage(props: StageProps) {
  const { picture, zoom, session, children } = props;
  const stage = useRef<HTMLDivElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const room = useSize(stage);
  const scale = scaleOf(zoom, picture.size, { width: room.width - MARGIN, height: room.height - FOOT });
  const state = picture.state?.state ?? session.state;
  const live = state === 'active' && picture.connected && picture.pictured;
  useLayer(props, layer, scale, live);
  const { width, height } = picture.size;
  return (
    <div class="stage-frame">
      <div class="stage" ref={stage} data-fit={zoom === 'fit'}>
        <div
          class={picture.pictured ? 'sheet' : 'sheet is-empty'}
          style={{ width: `${width * scale}px`, height: `${height * scale}px` }}
        >
          <div
            class="mirror"
            id="mirror"
            ref={props.root}
            style={{ width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` }}
          />
          <div class={live ? 'layer is-live' : 'layer'} ref={layer} data-scale={scale.toFixed(4)} />
        </div>
        {children}
      </div>
      {state !== 'initiated' && <Veil picture={picture} state={state} />}
      {state !== 'initiated' && (
        <ZoomBar zoom={zoom} scale={scale} size={picture.size} onZoom={props.onZoom} />
      )}
    </div>
  );
}

/** Pointers in, pointers out. */
function useLayer(
  { user, cursors, viewer }: StageProps,
  layer: { current: HTMLDivElement | null },
  scale: number,
  live: boolean,
): void {
  const now = useRef({ scale, live });
  now.current = { scale, live };
  useEffect(() => cursors.current?.scale(scale), [scale, cursors]);
  const out = useRef<PointerOut>(null);
  useEffect(() => {
    if (live) return;
    cursors.current?.remove('me');
    out.current?.leave();
  }, [live, cursors]);
  useEffect(() => {
    const element = layer.current;
    if (!element) return;
    const shown = new Cursors(element);
    shown.scale(now.current.scale);
    cursors.current = shown;
    const sender = new PointerOut((pointer) => viewer.current?.point(pointer));
    out.current = sender;
    const place = (event: PointerEvent): [number, number, number] => {
      const x = event.offsetX / now.current.scale;
      const y = event.offsetY / now.current.scale;
      return [x, y, viewer.current?.at(x, y) ?? 0];
    };
    const point = (event: PointerEvent, action: 'move' | 'click'): void => {
      if (!now.current.live) return;
      const [x, y, node] = place(event);
      shown.show('me', user.name, { action, x, y, node });
      if (action === 'click') sender.click(x, y, node);
      else sender.move(x, y, node);
    };
    const move = (event: PointerEvent): void => point(event, 'move');
    const down = (event: PointerEvent): void => point(event, 'click');
    const leave = (): void => {
      shown.remove('me');
      sender.leave();
    };
    const stop = new AbortController();
    const { signal } = stop;
    element.addEventListener('pointermove', move, { signal });
    element.addEventListener('pointerdown', down, { signal });
    element.addEventListener('pointerleave', leave, { signal });
    element.addEventListener('pointercancel', leave, { signal });
    addEventListener('blur', leave, { signal });
    return () => {
      stop.abort();
      leave();
    };
  }, [layer, cursors, viewer, user.name]);
}

/** Says why the picture stands still, over the picture. */
function Veil({ picture, state }: { picture: Picture; state: string }) {
  const said = still(picture, state);
  return (
    <div class={said ? 'veil is-shown' : 'veil'} role="status">
      {said && (
        <span class="veil-card">
          <Icon name={said.icon} />
          {said.text}
        </span>
      )}
    </div>
  );
}

function still(picture: Picture, state: string): { icon: IconName; text: string } | undefined {
  if (!picture.connected) {
    return picture.everConnected
      ? { icon: 'offline', text: 'Connection lost. Reconnecting…' }
      : { icon: 'link', text: 'Connecting…' };
  }
  if (state === 'paused') return { icon: 'pause', text: 'Paused. The picture does not change.' };
  if (picture.state && !picture.state.sharing) {
    return { icon: 'offline', text: 'The customer is offline. Their page comes back by itself.' };
  }
  if (picture.state?.page?.withheld) {
    return {
      icon: 'eye',
      text: 'The customer is on a page that is not shared. It goes on when they leave it.',
    };
  }
  return picture.pictured ? undefined : { icon: 'eye', text: 'The page is on its way…' };
}

function ZoomBar({
  zoom,
  scale,
  size,
  onZoom,
}: {
  zoom: Zoom;
  scale: number;
  size: Size;
  onZoom: (zoom: Zoom) => void;
}) {
  return (
    <div class="zoombar" role="toolbar" aria-label="Zoom">
      <button
        type="button"
        class="button button-quiet"
        aria-pressed={zoom === 'fit'}
        onClick={() => onZoom('fit')}
        title="Scale to fit"
      >
        <Icon name="fit" />
        <span>Fit</span>
      </button>
      <button
        type="button"
        class="button button-quiet"
        aria-pressed={zoom === 1}
        onClick={() => onZoom(1)}
        title={`The customer's own size, ${size.width} × ${size.height}`}
      >
        100 %
      </button>
      <span class="bar" aria-hidden="true" />
      <button
        type="button"
        class="button button-quiet"
        aria-label="Zoom out"
        onClick={() => onZoom(step(scale, -1))}
      >
        <Icon name="minus" />
      </button>
      <output class="mono zoom-now" aria-live="off">
        {Math.round(scale * 100)} %
      </output>
      <button
        type="button"
        class="button button-quiet"
        aria-label="Zoom in"
        onClick={() => onZoom(step(scale, 1))}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}
