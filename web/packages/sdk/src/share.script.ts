/** What `/sdk/v1.js` loads after a yes: the same as `share.ts`, which knows by name and integrity what it loads
 * when an agent is to act. */

import type { Link } from '@opencobrowse/link';
import type { Share } from '@opencobrowse/protocol';
import { preload } from './preload.ts';
import { Sharer as AnySharer, type HandsModule } from './share.ts';

declare const __HANDS_FILE__: string;
declare const __HANDS_INTEGRITY__: string;

const here = import.meta.url;

export class Sharer extends AnySharer {
  constructor(link: Link, share: Share, onStop: () => void) {
    super(link, share, onStop, () =>
      preload<HandsModule>(new URL(__HANDS_FILE__, here).href, __HANDS_INTEGRITY__),
    );
  }
}

export { joinDialog } from './join.ts';
