/** The same for the npm package: a bundler sees what is loaded when an agent is to act. */

import type { Link } from '@opencobrowse/link';
import type { Share } from '@opencobrowse/protocol';
import { Sharer as AnySharer } from './share.ts';

export class Sharer extends AnySharer {
  constructor(link: Link, share: Share, onStop: () => void) {
    super(link, share, onStop, () => import('./hands/index.ts'));
  }
}

export { joinDialog } from './join.ts';
