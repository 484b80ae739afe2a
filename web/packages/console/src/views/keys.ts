import { useEffect, useRef } from 'preact/hooks';

const FIELDS = 'input, textarea, select, [contenteditable]';
const ROOMS = '.toolrow, .stage-frame';

/** One key each, while nothing else has the focus (or something of the picture and its tools has): never while
 * somebody types, and never under Ctrl, Alt or Cmd. */
export function useKeys(keys: Record<string, () => void>, on: boolean): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      const target = event.target as HTMLElement;
      const ours = target === document.body || target.closest(ROOMS) !== null;
      const work = latest.current[event.key.toLowerCase()];
      if (!ours || !work || target.matches(FIELDS) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      work();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [on]);
}
