/** Light, dark, or as the system says. `public/theme.js` applies the choice before the first paint. */

export type Theme = 'auto' | 'light' | 'dark';

const STORE = 'opencobrowse.theme';

export function theme(): Theme {
  const kept = localStorage.getItem(STORE);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

export function setTheme(next: Theme): void {
  if (next === 'auto') {
    localStorage.removeItem(STORE);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(STORE, next);
    document.documentElement.dataset.theme = next;
  }
}
