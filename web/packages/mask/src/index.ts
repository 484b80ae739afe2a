export { MASKED } from './attributes.ts';
export { isNeverShown } from './fields.ts';
export type { Level, MaskRules } from './level.ts';
export { HIDDEN, Mask, OWN_ATTRIBUTE, publicUrl } from './mask.ts';
