import type { RestoreWait } from '@headwater/contracts';

/** What a job takes of the machine while it runs. */
export interface Demand {
  readonly id: string;
  /** The file system that it writes to. */
  readonly volume: string;
  /** Bytes that it may still write there. */
  readonly bytes: number;
  /** WiredTiger cache of its mongod. */
  readonly cacheMiB: number;
  /** Its files are made: it waits for room, however long, rather than lose them. */
  readonly isReplayed?: boolean;
}

export interface AdmissionLimits {
  readonly jobs: number;
  /** Of all mongods together. */
  readonly cacheMiB: number;
  /** Bytes that stay free on every file system. */
  readonly reserveBytes: number;
}

export interface Admission {
  readonly running: readonly Demand[];
  /** In the order in which they were asked for. */
  readonly queue: readonly Demand[];
  /** Bytes, of each file system; one that is not named is taken to have room. */
  readonly freeBytes: ReadonlyMap<string, number>;
  readonly limits: AdmissionLimits;
}

export type Verdict =
  | { readonly kind: 'start' }
  | { readonly kind: 'wait'; readonly for: RestoreWait }
  /** Nothing of ours that runs can give it room. */
  | { readonly kind: 'never'; readonly neededBytes: number; readonly freeBytes: number };

/**
 * Which of the waiting jobs begin now. Pure.
 *
 * First come, first served: a later job begins before an earlier one only with what that one does not need. What an
 * earlier job still has to write is kept for it, whether it runs or waits; so nobody starves.
 */
export function admit({ running, queue, freeBytes, limits }: Admission): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  const begun = [...running];
  const ahead = [...running];
  let isFull = false;
  for (const demand of queue) {
    const verdict = judge(demand, { begun, ahead, isFull, freeBytes, limits });
    verdicts.set(demand.id, verdict);
    isFull ||= verdict.kind === 'wait' && verdict.for !== 'disk';
    if (verdict.kind === 'start') begun.push(demand);
    if (verdict.kind !== 'never') ahead.push(demand);
  }
  return verdicts;
}

interface Before {
  readonly begun: readonly Demand[];
  /** All that run or wait and were asked for earlier. */
  readonly ahead: readonly Demand[];
  /** An earlier one waits for a place: it gets the next one. */
  readonly isFull: boolean;
  readonly freeBytes: ReadonlyMap<string, number>;
  readonly limits: AdmissionLimits;
}

function judge(demand: Demand, { begun, ahead, isFull, freeBytes, limits }: Before): Verdict {
  const free = freeBytes.get(demand.volume) ?? Number.POSITIVE_INFINITY;
  const neighbours = ahead.filter(({ volume }) => volume === demand.volume);
  const neededBytes = demand.bytes + limits.reserveBytes;
  if (neededBytes > free && neighbours.length === 0 && demand.isReplayed !== true) {
    return { kind: 'never', neededBytes, freeBytes: free };
  }
  if (neededBytes + sum(neighbours, 'bytes') > free) {
    return { kind: 'wait', for: 'disk' };
  }
  if (isFull || begun.length >= limits.jobs) {
    return { kind: 'wait', for: 'turn' };
  }
  return sum(begun, 'cacheMiB') + demand.cacheMiB > limits.cacheMiB
    ? { kind: 'wait', for: 'memory' }
    : { kind: 'start' };
}

function sum(demands: readonly Demand[], of: 'bytes' | 'cacheMiB'): number {
  return demands.reduce((total, demand) => total + demand[of], 0);
}
