import { useState } from 'preact/hooks';
import type { User } from '../api.ts';
import { Icon, Mark } from '../icons.tsx';
import { follow } from '../route.ts';
import { setTheme, type Theme, theme } from '../theme.ts';

const NEXT: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };
const ICON = { auto: 'auto', light: 'sun', dark: 'moon' } as const;
const NAME = { auto: 'as the system', light: 'light', dark: 'dark' } as const;

export function ThemeToggle() {
  const [now, setNow] = useState<Theme>(theme);
  const label = `Colours: ${NAME[now]}. Change to ${NAME[NEXT[now]]}`;
  const change = (): void => {
    setTheme(NEXT[now]);
    setNow(NEXT[now]);
  };
  return (
    <button type="button" class="button button-quiet" onClick={change} aria-label={label} title={label}>
      <Icon name={ICON[now]} />
    </button>
  );
}

export function TopBar({ user, onSignOut }: { user: User; onSignOut: () => void }) {
  const initials = user.name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
  return (
    <header class="topbar">
      <a class="brand" href="/console" onClick={follow}>
        <Mark />
        <span>opencobrowse</span>
      </a>
      <div class="topbar-end">
        <ThemeToggle />
        <span class="who" title={user.email}>
          <span class="avatar" aria-hidden="true">
            {initials}
          </span>
          <span class="who-name">{user.name}</span>
        </span>
        <button type="button" class="button button-quiet" onClick={onSignOut}>
          <Icon name="out" />
          <span>Sign out</span>
        </button>
      </div>
    </header>
  );
}
