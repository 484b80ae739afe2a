/** How large the mirror is shown: the customer's viewport keeps its size, only its picture is scaled. */

export type Zoom = 'fit' | number;

export const STEPS = [0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.25, 1.5, 2];

export interface Size {
  width: number;
  height: number;
}

/** The factor that shows all of `page` in `stage`, never above 1: a blown-up page helps nobody. */
export function fitScale(page: Size, stage: Size): number {
  if (!page.width || !page.height || !stage.width || !stage.height) return 1;
  return Math.min(1, stage.width / page.width, stage.height / page.height);
}

export function scaleOf(zoom: Zoom, page: Size, stage: Size): number {
  return zoom === 'fit' ? fitScale(page, stage) : zoom;
}

/** The next step up or down from any scale. */
export function step(scale: number, direction: 1 | -1): number {
  const steps = direction === 1 ? STEPS : [...STEPS].reverse();
  const next = steps.find((s) => (direction === 1 ? s > scale + 0.005 : s < scale - 0.005));
  return next ?? (steps.at(-1) as number);
}
