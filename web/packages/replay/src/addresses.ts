/** Where the mirror may load from: our own proxy, or nowhere (reliability.md B2). */

import type { Kind } from './css.ts';

/** Browsers skip blanks and control characters in a scheme. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BLANKS = /[\u0000-\u0020\u007f-\u00a0]/g;
const PICTURE = /^data:image\//i;
const INLINE = /^data:(?:image\/|font\/|application\/(?:x-)?font|application\/octet-stream)/i;
/** What a link may say that it leads to; nobody can follow it. */
const FOLLOWED = /^(?:https?:|mailto:|tel:|[^:]*(?:[/?#]|$))/i;
const MAX_ADDRESS = 4096;
const MAX_SET = 20_000;

export class Addresses {
  /** `proxy`: the address of the session's proxy, undefined where there is none. `base`: the page's own. */
  constructor(
    private readonly proxy: string | undefined,
    private readonly base: string,
  ) {}

  /** The address of a picture: one that is in its own text, or through the proxy. */
  picture(address: string): string | undefined {
    const text = address.trim();
    if (PICTURE.test(text) || text.startsWith('#')) return text;
    return this.proxied(text);
  }

  /** An address in a style sheet. */
  readonly style = (address: string, kind: Kind): string | undefined => {
    const text = address.trim();
    if (kind === 'resource' && (INLINE.test(text) || text.startsWith('#'))) return text;
    return this.proxied(text);
  };

  /** `srcset`: pictures with their descriptors. What is left out is one picture less to choose from. */
  pictures(list: string): string | undefined {
    const kept: string[] = [];
    if (list.length > MAX_SET) return undefined;
    for (const [, address = '', descriptor = ''] of list.matchAll(
      /\s*([^\s,]\S*[^\s,]|[^\s,])(\s[^,(]*)?(?:,|$)/g,
    )) {
      const found = this.picture(address);
      if (found) kept.push(`${found}${descriptor.trimEnd()}`);
    }
    return kept.length > 0 ? kept.join(', ') : undefined;
  }

  /** What a link says that it leads to. It loads nothing; style sheets ask for it. */
  link(address: string): string | undefined {
    return FOLLOWED.test(address.replace(BLANKS, '')) ? address : undefined;
  }

  proxied(address: string): string | undefined {
    if (this.proxy === undefined || address === '' || address.length > MAX_ADDRESS) return undefined;
    let url: URL;
    try {
      url = new URL(address, this.base || undefined);
    } catch {
      return undefined;
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
    if (url.username !== '' || url.password !== '') return undefined;
    const { hash } = url;
    url.hash = '';
    return `${this.proxy}?url=${encodeURIComponent(url.href)}${hash}`;
  }
}
