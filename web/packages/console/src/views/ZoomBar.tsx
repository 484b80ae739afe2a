import { type Size, step, type Zoom } from '../fit.ts';
import { Icon } from '../icons.tsx';

interface ZoomProps {
  zoom: Zoom;
  scale: number;
  size: Size;
  onZoom: (zoom: Zoom) => void;
}

export function ZoomBar({ zoom, scale, size, onZoom }: ZoomProps) {
  return (
    <div class="zoombar" role="toolbar" aria-label="Zoom">
      <button
        type="button"
        class="button button-quiet"
        aria-pressed={zoom === 'fit'}
        aria-keyshortcuts="0"
        onClick={() => onZoom('fit')}
        title="Scale to fit (0)"
      >
        <Icon name="fit" />
        <span>Fit</span>
      </button>
      <button
        type="button"
        class="button button-quiet"
        aria-pressed={zoom === 1}
        aria-keyshortcuts="1"
        onClick={() => onZoom(1)}
        title={`The customer's own size, ${size.width} × ${size.height} (1)`}
      >
        100 %
      </button>
      <span class="bar" aria-hidden="true" />
      <button
        type="button"
        class="button button-quiet"
        aria-label="Zoom out"
        aria-keyshortcuts="-"
        title="Zoom out (-)"
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
        aria-keyshortcuts="+"
        title="Zoom in (+)"
        onClick={() => onZoom(step(scale, 1))}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}
