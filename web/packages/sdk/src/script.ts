/** `/sdk/v1.js`: the script element's own way in. */

import { type Config, fromScript } from './config.ts';
import { Loader } from './loader.ts';

declare const __SHARE_FILE__: string;
declare const __SHARE_INTEGRITY__: string;

const script = document.currentScript as HTMLScriptElement | null;
const base = script ? new URL('./', script.src).href : '';

let loading: Promise<typeof import('./share.ts')> | undefined;

/** The part that records, loaded once and only after a yes; its integrity is checked by the browser. */
function loadShare(): Promise<typeof import('./share.ts')> {
  loading ??= (async () => {
    const url = base + __SHARE_FILE__;
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = url;
    link.crossOrigin = 'anonymous';
    link.integrity = __SHARE_INTEGRITY__;
    document.head.append(link);
    return import(/* @vite-ignore */ url) as Promise<typeof import('./share.ts')>;
  })();
  return loading;
}

let loader: Loader | undefined;

const OpenCobrowse = {
  /** Register this page. Called by itself when the script element has `data-deployment`. */
  init(config: Config): void {
    loader ??= new Loader({ ...config, origin: config.origin ?? new URL(base).origin }, loadShare);
  },
  /** Join a session by the code that the agent reads out. */
  join(code: string): void {
    loader?.join(code);
  },
};

declare global {
  interface Window {
    OpenCobrowse: typeof OpenCobrowse;
  }
}

window.OpenCobrowse = OpenCobrowse;
const config = script ? fromScript(script) : undefined;
if (config) OpenCobrowse.init(config);
