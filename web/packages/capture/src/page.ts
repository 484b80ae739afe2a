/** Applications change their address and title without loading: nothing tells of it that does not patch the
 * page's own functions, except the navigation API where there is one. So look, too, once a second. */

const LOOK_EVERY_MS = 1_000;

interface Navigation extends EventTarget {}

/** Call `look` when the address or title may have changed. Returns what stops it. */
export function watchAddress(look: () => void): () => void {
  const navigation = (globalThis as { navigation?: Navigation }).navigation;
  const soon = (): void => {
    setTimeout(look, 0); // the address changes after the event
  };
  navigation?.addEventListener('currententrychange', soon);
  addEventListener('popstate', soon);
  addEventListener('hashchange', soon);
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    navigation?.removeEventListener('currententrychange', soon);
    removeEventListener('popstate', soon);
    removeEventListener('hashchange', soon);
    clearInterval(timer);
  };
}

export function viewport(): { width: number; height: number } {
  return { width: innerWidth, height: innerHeight };
}

/** Call `changed` when the viewport has another size. Returns what stops it. */
export function watchSize(changed: () => void): () => void {
  addEventListener('resize', changed);
  return () => removeEventListener('resize', changed);
}
