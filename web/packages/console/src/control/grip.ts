/** Who holds the customer's page, as one viewer sees it. */

import type { SessionState } from '@opencobrowse/protocol';

/** `none`: nobody. `asking`, `held`: this viewer. `other`: somebody else asks or holds. */
export type Grip = 'none' | 'asking' | 'held' | 'other';

export type Tool = 'point' | 'highlight' | 'control' | 'suggest';

export const TOOLS: readonly Tool[] = ['point', 'highlight', 'control', 'suggest'];

/** api.md section 2: a request for control is good for 30 s. */
export const ASK_MS = 30_000;

export function gripOf(state: SessionState | undefined, peer: number): Grip {
  if (state?.state !== 'active' || (state.control ?? 'none') === 'none' || !state.controller) return 'none';
  if (state.controller !== peer) return 'other';
  return state.control === 'held' ? 'held' : 'asking';
}

/** The name of whoever asks or holds. */
export function holderOf(state: SessionState | undefined): string {
  return state?.viewers?.find(({ peer }) => peer === state.controller)?.name || 'Another agent';
}

/** What the deployment of the customer's page lets an agent do there. */
export interface May {
  control: boolean;
  navigation: boolean;
}

export function mayOf(state: SessionState | undefined): May {
  const may = state?.may ?? [];
  return { control: may.includes('control'), navigation: may.includes('navigation') };
}
