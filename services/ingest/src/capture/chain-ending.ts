import { forkRecorded, gapRecorded } from '@headwater/contracts';
import type { Position } from '@headwater/oplog';
import type { ReplicaSetRepository } from '@headwater/repository';
import type { Publisher } from '@headwater/service-kit';

/** Why a chain goes no further. */
export type ChainEnding =
  /** No member has the range (from, to] any more. */
  | { readonly kind: 'gap'; readonly from: Position; readonly to: Position }
  /** A rollback replaced what was archived; `found` is what the source has instead, where it is known. */
  | {
      readonly kind: 'fork';
      readonly at: Position;
      readonly found: Position | null;
      readonly reason: string;
    };

/** Writes down why a chain ends. Create-only: the first ending stays. */
export async function recordEnding(
  archive: ReplicaSetRepository,
  chain: string,
  ending: ChainEnding,
  now: Date,
): Promise<void> {
  const createdAt = now.toISOString();
  if (ending.kind === 'gap') {
    const { from, to } = ending;
    const reason = 'no member of the replica set has this range any more';
    await archive.oplog.recordGap(chain, { format: 1, from, to, reason, createdAt });
  } else {
    const { at, found, reason } = ending;
    await archive.oplog.recordFork(chain, { format: 1, at, found, reason, createdAt });
  }
}

/** The recorded ending of a chain; null when it has none. */
export async function readEnding(archive: ReplicaSetRepository, chain: string): Promise<ChainEnding | null> {
  const [end] = (await archive.oplog.chain(chain)).ends;
  if (end === undefined) {
    return null;
  }
  if (end.kind === 'gap') {
    const gap = await archive.oplog.readGap(end.key);
    return gap === null ? null : { kind: 'gap', from: gap.from, to: gap.to };
  }
  const fork = await archive.oplog.readFork(end.key);
  return fork === null ? null : { kind: 'fork', at: fork.at, found: fork.found, reason: fork.reason };
}

/** Says so. May be said again: the fact has the same id. */
export async function announceEnding(
  publisher: Publisher,
  { deployment, name: replicaSet }: ReplicaSetRepository,
  chain: string,
  ending: ChainEnding,
): Promise<void> {
  const fact = { deployment, id: `${deployment}/${replicaSet}/${chain}/${ending.kind}` };
  if (ending.kind === 'gap') {
    await publisher.event(gapRecorded, fact, {
      deployment,
      replicaSet,
      chain,
      from: ending.from,
      to: ending.to,
    });
  } else {
    await publisher.event(forkRecorded, fact, {
      deployment,
      replicaSet,
      chain,
      at: ending.at,
      reason: ending.reason,
    });
  }
}
