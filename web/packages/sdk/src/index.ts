/** The npm entry: `import { init } from '@opencobrowse/sdk'`. */

import type { Config, OpenCobrowse } from './config.ts';
import { Loader } from './loader.ts';

export type { Config, OpenCobrowse } from './config.ts';

let loader: Loader | undefined;

/** Register this page; `origin` is the server's. A second call changes nothing and returns the same. */
export function init(config: Config & { origin: string }): OpenCobrowse {
  loader ??= new Loader(config, () => import('./share.module.ts'));
  return loader;
}
