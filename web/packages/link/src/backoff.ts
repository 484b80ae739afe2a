const FIRST_MS = 500;
const BASE_MS = 200;
const CAP_MS = 20_000;

/** Milliseconds to wait before try `attempt` (from 0): full jitter (reliability.md D, F9). */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * (attempt === 0 ? FIRST_MS : Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 30)));
}
