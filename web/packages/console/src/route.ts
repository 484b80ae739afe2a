/** Where we are: the list, or one session. The address is the truth; a link opened by hand works the same. */

import { useEffect, useState } from 'preact/hooks';

export function sessionOf(path: string): string | undefined {
  const found = /^\/console\/sessions\/([^/]+)\/?$/.exec(path)?.[1];
  return found && decodeURIComponent(found);
}

/** Where a person who is to be asked about a program goes once they are signed in (`/oauth/authorize` sends
 * them here: a link from another site brings no cookie along); undefined elsewhere. */
export function consentOf(path: string, query: string): string | undefined {
  if (!/^\/console\/authorize\/?$/.test(path)) return undefined;
  const asked = new URLSearchParams(query);
  asked.set('signed_in', '1');
  return `/oauth/authorize?${asked}`;
}

export function go(path: string): void {
  history.pushState(null, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
}

export function usePath(): string {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = (): void => setPath(location.pathname);
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  return path;
}

/** For `onClick` of a link of ours: stay on the page, unless another tab is asked for. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(new URL(link.href).pathname);
}
