/** Milliseconds to wait before try `attempt` (from 0): full jitter, base 200 ms, cap 20 s. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  if (attempt === 0) return random() * 500;
  return random() * Math.min(20_000, 200 * 2 ** attempt);
}
