/** How a service's process ended, as far as it matters for what comes next. */
export type EndCause = 'port-taken' | 'configuration' | 'other';

/** What is known of one service. A value: `observe` makes the next one. */
export interface Supervision {
  readonly phase: 'starting' | 'ready' | 'unready' | 'waiting';
  /** Since when it is in its phase, in milliseconds of the clock's ticks. */
  readonly since: number;
  /** It was ready at least once in this run. */
  readonly proven: boolean;
  /** How often it was started again in this run. */
  readonly restarts: number;
  /** Ends in a row, without a minute of readiness in between. */
  readonly endsInARow: number;
  /** How many of the last ends in a row were for want of its port. */
  readonly portRefusals: number;
  /** It was said that it is not ready for long. */
  readonly told: boolean;
}

export type Observation =
  /** It is being started, now or again. */
  | { readonly kind: 'spawned' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'unready' }
  | { readonly kind: 'ended'; readonly cause: EndCause };

/** What follows from an observation. */
export type Consequence =
  | { readonly kind: 'none' }
  /** `again`: after an end, or after it was said that it is not. */
  | { readonly kind: 'ready'; readonly again: boolean; readonly afterSeconds: number }
  | { readonly kind: 'not-ready-for-long'; readonly seconds: number }
  | { readonly kind: 'start-again'; readonly inSeconds: number; readonly onOtherPort: boolean }
  /** It cannot start: somebody has to do something. */
  | { readonly kind: 'give-up' };

/** The pause before the first start again; it doubles with every end in a row. */
const shortestPauseSeconds = 0.5;
const longestPauseSeconds = 30;
/** Whoever was ready so long has recovered: the pauses begin anew. */
const recoveredAfterMillis = 60_000;
/** Not ready for so long is said. */
const patienceMillis = 30_000;
/** A service that was never ready may end so often; then the start has failed. */
const firstStarts = 5;
/** Its address is worth some waiting, once people know it. */
const portRefusalsBeforeMove = 3;

export function beginning(now: number): Supervision {
  return {
    phase: 'starting',
    since: now,
    proven: false,
    restarts: 0,
    endsInARow: 0,
    portRefusals: 0,
    told: false,
  };
}

/**
 * Decides what happens to a service. Pure.
 *
 * A service that was ready once is started again for ever. One that never was fails for good at once when its
 * configuration is wrong, and at its fifth end otherwise.
 *
 * @param now milliseconds of the clock's ticks
 */
export function observe(
  before: Supervision,
  observation: Observation,
  now: number,
): { readonly after: Supervision; readonly consequence: Consequence } {
  switch (observation.kind) {
    case 'spawned':
      return quietly({ ...before, phase: 'starting', since: now, told: false });
    case 'ready':
      return becomesReady(before, now);
    case 'unready':
      return isNotReady(before, now);
    case 'ended':
      return ended(before, observation.cause, now);
  }
}

function becomesReady(before: Supervision, now: number) {
  if (before.phase === 'ready') return quietly(before);
  const after: Supervision = {
    ...before,
    phase: 'ready',
    since: now,
    proven: true,
    portRefusals: 0,
    told: false,
  };
  const again = before.proven && (before.phase === 'starting' || before.told);
  if (before.phase === 'unready' && !before.told) return quietly(after);
  return { after, consequence: { kind: 'ready', again, afterSeconds: secondsSince(before, now) } as const };
}

function isNotReady(before: Supervision, now: number) {
  const after: Supervision =
    before.phase === 'ready'
      ? { ...before, phase: 'unready', since: now, endsInARow: endsInARowOf(before, now) }
      : before;
  if (after.told || now - after.since < patienceMillis) return quietly(after);
  const seconds = secondsSince(after, now);
  return { after: { ...after, told: true }, consequence: { kind: 'not-ready-for-long', seconds } as const };
}

function ended(before: Supervision, cause: EndCause, now: number) {
  const endsInARow = endsInARowOf(before, now) + 1;
  const portRefusals = cause === 'port-taken' ? before.portRefusals + 1 : 0;
  const after: Supervision = { ...before, phase: 'waiting', since: now, endsInARow, portRefusals };
  if (!before.proven && (cause === 'configuration' || endsInARow >= firstStarts)) {
    return { after, consequence: { kind: 'give-up' } as const };
  }
  // Nobody knows the address of a service that was never ready: it need not wait for it.
  const moves = cause === 'port-taken' && (!before.proven || portRefusals >= portRefusalsBeforeMove);
  return {
    after: { ...after, restarts: before.restarts + 1, portRefusals: moves ? 0 : portRefusals },
    consequence: {
      kind: 'start-again',
      inSeconds: moves ? 0 : pauseSeconds(endsInARow),
      onOtherPort: moves,
    } as const,
  };
}

function pauseSeconds(endsInARow: number): number {
  return Math.min(longestPauseSeconds, shortestPauseSeconds * 2 ** (endsInARow - 1));
}

function secondsSince({ since }: Supervision, now: number): number {
  return Math.round((now - since) / 100) / 10;
}

function quietly(after: Supervision) {
  return { after, consequence: { kind: 'none' } as const };
}

function endsInARowOf({ phase, since, endsInARow }: Supervision, now: number): number {
  return phase === 'ready' && now - since >= recoveredAfterMillis ? 0 : endsInARow;
}
