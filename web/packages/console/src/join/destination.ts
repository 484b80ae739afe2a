/** Where an invitation leads: the site's page with the token in the fragment. Nothing but http and https. */
export function destination(pageUrl: string | null, token: string): URL | undefined {
  if (!pageUrl || !URL.canParse(pageUrl)) return undefined;
  const url = new URL(pageUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  url.hash = `opencobrowse=${encodeURIComponent(token)}`;
  return url;
}
