/** Pages of which nothing is shared: their address fits one of the site's criteria (`pauseCriteria`). */

import type { PauseCriterion } from '@opencobrowse/protocol';

/** Whether the page at `href` is withheld. A fragment may be of the whole address or begin at its path; it is
 * looked for as the address has it and decoded. A condition that nobody knows fits: what it meant is not known. */
export function isWithheld(href: string, criteria: PauseCriterion[] = []): boolean {
  if (criteria.length === 0) return false;
  const { origin, pathname } = new URL(href);
  const forms = [href, origin + pathname, href.slice(origin.length), pathname];
  forms.push(...forms.map(decoded));
  return criteria.some(({ urlFragment, condition }) => {
    const fits = (how: 'includes' | 'startsWith' | 'endsWith'): boolean =>
      forms.some((form) => form[how](urlFragment));
    switch (condition) {
      case 'Includes':
        return fits('includes');
      case 'DoesNotInclude':
        return !fits('includes');
      case 'StartsWith':
        return fits('startsWith');
      case 'EndsWith':
        return fits('endsWith');
      case 'Equals':
        return forms.includes(urlFragment);
      default:
        return true;
    }
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
