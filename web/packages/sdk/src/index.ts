/** The npm entry: `import { init } from '@opencobrowse/sdk'`. */

import type { Config } from './config.ts';
import { Loader } from './loader.ts';

export type { Config } from './config.ts';

export interface OpenCobrowse {
  /** Join a session by the code that the agent reads out. */
  join(code: string): void;
}

/** Register this page; `origin` is the server's. */
export function init(config: Config & { origin: string }): OpenCobrowse {
  return new Loader(config, () => import('./share.ts'));
}
