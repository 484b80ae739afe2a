/** `/sdk/v1.js`: the script element's own way in. */

import { type Config, fromScript, type OpenCobrowse } from './config.ts';
import { Loader } from './loader.ts';
import { preload } from './preload.ts';

declare const __SHARE_FILE__: string;
declare const __SHARE_INTEGRITY__: string;

type ShareModule = typeof import('./share.script.ts');

const script = document.currentScript as HTMLScriptElement | null;
const base = script ? new URL('./', script.src).href : '';

let loading: Promise<ShareModule> | undefined;

/** The part that records, loaded once and only after a yes. */
function loadShare(): Promise<ShareModule> {
  loading ??= preload<ShareModule>(base + __SHARE_FILE__, __SHARE_INTEGRITY__).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

let loader: Loader | undefined;

const api: OpenCobrowse & { init(config: Config): void } = {
  /** Register this page. Called by itself when the script element has `data-deployment`. */
  init(config) {
    loader ??= new Loader({ ...config, origin: config.origin ?? new URL(base).origin }, loadShare);
  },
  join(code) {
    loader?.join(code);
  },
  stop() {
    loader?.stop();
  },
};

declare global {
  interface Window {
    OpenCobrowse: typeof api;
  }
}

if (!window.OpenCobrowse) {
  window.OpenCobrowse = api;
  const config = script ? fromScript(script) : undefined;
  if (config) api.init(config);
}
