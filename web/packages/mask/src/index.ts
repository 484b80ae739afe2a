export { MASKED } from './attributes.ts';
export type { MaskRules } from './level.ts';
export { Mask, OWN_ATTRIBUTE, publicUrl } from './mask.ts';
