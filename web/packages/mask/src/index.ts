export { level, type MaskRules, NEVER_SHOWN } from './level.ts';
export { MASKED, Mask, publicUrl } from './mask.ts';
