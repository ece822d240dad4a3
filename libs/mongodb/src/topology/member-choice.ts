import type { MemberGreeting } from './greeting.js';

export interface Candidate {
  /** Where it was reached. */
  readonly host: string;
  readonly greeting: MemberGreeting;
}

/** A secondary that is further behind the newest member than this, in seconds, is no source of first choice. */
export const maxSecondaryLagSeconds = 30;

/**
 * The members that can be a source, best first: healthy secondaries (the backup's reads are kept off the primary),
 * then the primary, then secondaries that lag. Members in `avoid` (by their configured name) come last.
 */
export function rankMembers(candidates: readonly Candidate[], avoid: readonly string[] = []): Candidate[] {
  const newest = Math.max(...candidates.map(secondsOf));
  const rank = (candidate: Candidate): number => {
    const shunned = avoid.includes(candidate.greeting.me) ? 10 : 0;
    if (candidate.greeting.role === 'primary') {
      return shunned + 1;
    }
    return shunned + (newest - secondsOf(candidate) <= maxSecondaryLagSeconds ? 0 : 2);
  };
  return candidates
    .filter(({ greeting }) => greeting.role === 'primary' || greeting.role === 'secondary')
    .sort((a, b) => rank(a) - rank(b));
}

function secondsOf(candidate: Candidate): number {
  return candidate.greeting.newest?.ts.t ?? 0;
}
