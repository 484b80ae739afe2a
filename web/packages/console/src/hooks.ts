import { useEffect, useRef, useState } from 'preact/hooks';
import { serverClock } from './api.ts';

/** Call `work` now and every `ms` while the tab is seen. A slow answer is waited for; nothing piles up. */
export function usePoll(work: () => Promise<unknown>, ms: number, on = true): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    if (!on) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const again = async (): Promise<void> => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') await latest.current().catch(() => undefined);
      if (!stopped) timer = setTimeout(again, ms);
    };
    const seen = (): void => {
      if (document.visibilityState === 'visible') void again();
    };
    void again();
    document.addEventListener('visibilitychange', seen);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [ms, on]);
}

/** The server's time, ticking once a second. */
export function useNow(): number {
  const [now, setNow] = useState(() => serverClock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(serverClock.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** The size of an element, followed. */
export function useSize(element: { current: HTMLElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const found = element.current;
    if (!found) return;
    const observer = new ResizeObserver(() =>
      setSize({ width: found.clientWidth, height: found.clientHeight }),
    );
    observer.observe(found);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}
