export { level, type MaskRules, NEVER_SHOWN } from './level.ts';
export { Mask, MASKED, publicUrl } from './mask.ts';
