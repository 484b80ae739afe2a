import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { api, serverClock } from './api.ts';
import { News } from './news.ts';

/**
 * Call `work` now and every `ms` while the tab is seen. A slow answer is waited for; nothing piles up.
 * The answer calls it at once.
 */
export function usePoll(work: () => Promise<unknown>, ms: number, on = true): () => void {
  const latest = useRef(work);
  const atOnce = useRef(() => {});
  latest.current = work;
  useEffect(() => {
    if (!on) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    let wanted = 0;
    const again = async (): Promise<void> => {
      if (wanted++ > 0) return;
      clearTimeout(timer);
      for (let done = 0; done < wanted && !stopped; ) {
        done = wanted;
        if (document.visibilityState === 'visible') await latest.current().catch(() => undefined);
      }
      wanted = 0;
      if (!stopped) timer = setTimeout(again, ms);
    };
    atOnce.current = () => void again();
    const seen = (): void => {
      if (document.visibilityState === 'visible') void again();
    };
    void again();
    document.addEventListener('visibilitychange', seen);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
      atOnce.current = () => {};
    };
  }, [ms, on]);
  return useCallback(() => atOnce.current(), []);
}

/** `heard` is called whenever a session of the agent has changed, with whether the server tells it. */
export function useNews(userId: string, heard: (listening: boolean) => void): void {
  useEffect(() => {
    const news = new News(api, userId, heard);
    return () => news.stop();
  }, [userId, heard]);
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
