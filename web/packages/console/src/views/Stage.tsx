import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Session, User } from '../api.ts';
import type { Cursors } from '../cursors.ts';
import { step, type Zoom } from '../fit.ts';
import { Icon } from '../icons.tsx';
import type { Work } from '../work.ts';
import { type Picture, shownAlive } from './Live.tsx';
import { useLayer } from './layer.ts';
import { Popup } from './Popup.tsx';
import { Suggestions } from './Suggestions.tsx';
import { Veil } from './Veil.tsx';

interface StageProps {
  session: Session;
  user: User;
  picture: Picture;
  work: Work;
  zoom: Zoom;
  scale: number;
  onZoom: (zoom: Zoom) => void;
  stage: { current: HTMLDivElement | null };
  root: { current: HTMLDivElement | null };
  cursors: { current: Cursors | null };
  children: ComponentChildren;
}

/** What the layer is to somebody who cannot see it, by the tool in the hand. */
const LAYER_NAME = {
  point: undefined,
  highlight:
    'The customer’s page. Arrow keys go from one thing to the next, Enter outlines it, Escape leaves.',
  suggest: 'The customer’s page. Arrow keys go from one thing to the next, Enter picks it, Escape leaves.',
  control: 'The customer’s page, which you control. Keys go to the page, Escape leaves.',
};

/** The neutral ground with the mirror on it, and over the mirror the layer that takes the agent's hands. */
export function Stage(props: StageProps) {
  const { picture, zoom, scale, session, work, children } = props;
  const layer = useRef<HTMLDivElement>(null);
  const state = picture.state?.state ?? session.state;
  const live = shownAlive(picture, session);
  const onZoom = (way: 1 | -1): void => props.onZoom(step(scale, way));
  useLayer({ ...props, layer, scale, live, size: picture.size, onZoom });
  const { width, height } = picture.size;
  const name = LAYER_NAME[work.tool];
  return (
    <div class="stage-frame" data-tool={live ? work.tool : 'none'}>
      <div class="stage" ref={props.stage} data-fit={zoom === 'fit'}>
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
          <div
            class={live ? 'layer is-live' : 'layer'}
            ref={layer}
            data-scale={scale.toFixed(4)}
            tabIndex={name ? 0 : -1}
            {...(name && { role: 'application', 'aria-label': name })}
          >
            {!work.follow && (
              <div class="customer-view">
                <span>{session.customerName ?? 'The customer'} sees this</span>
              </div>
            )}
          </div>
        </div>
        {children}
      </div>
      {state !== 'initiated' && <Veil picture={picture} state={state} />}
      {!work.follow && (
        <button type="button" class="button back-to" onClick={() => work.setFollow(true)}>
          <Icon name="back" />
          Back to the customer
        </button>
      )}
      <Suggestions work={work} customer={session.customerName ?? 'the customer'} />
      {work.question && <Popup work={work} question={work.question} layer={layer} scale={scale} />}
    </div>
  );
}
