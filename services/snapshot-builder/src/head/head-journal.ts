import type { Clock } from '@headwater/clock';
import {
  headKey,
  headState,
  snapshotCompleted,
  snapshotFailed,
  snapshotKey,
  snapshotState,
} from '@headwater/contracts';
import type { HeadState, SnapshotFact } from '@headwater/contracts';
import { isHeadwaterError, messageOf } from '@headwater/errors';
import type { SnapshotSummary } from '@headwater/repository';
import type { Logger, Publisher } from '@headwater/service-kit';

export interface HeadJournalOptions {
  readonly deployment: string;
  readonly replicaSet: string;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
}

type SealedSnapshot = Pick<
  SnapshotSummary,
  'id' | 'kind' | 'chain' | 'position' | 'sizeBytes' | 'storedBytes' | 'createdAt' | 'replicaSetId'
>;

const progressEveryMillis = 500;

/**
 * What is said of one head and its snapshots. A bus that refuses stops no head: what it did not take is said again, by
 * `repeat`.
 */
export class HeadJournal {
  private state: Omit<HeadState, 'deployment' | 'replicaSet' | 'updatedAt'> = {
    state: 'absent',
    chain: null,
    position: null,
    progress: null,
    reason: null,
  };
  private progressAt = Number.NEGATIVE_INFINITY;
  /** What was said to have failed last; null since the head was sealed. */
  private saidReason: string | null = null;
  /** Why the block snapshot that was due last was not sealed; null since one was. */
  private unsealedReason: string | null = null;
  private stateIsOut = true;
  /** Sealed, and not said yet; the oldest first. */
  private unsaid: SealedSnapshot[] = [];

  constructor(private readonly options: HeadJournalOptions) {}

  get current(): HeadState['state'] {
    return this.state.state;
  }

  /** An idle head that could not be sealed is said to be broken until a block snapshot of it is sealed. */
  async enter(
    state: HeadState['state'],
    change: Partial<Pick<HeadState, 'chain' | 'position' | 'reason'>> = {},
  ): Promise<void> {
    const said = { ...this.state, progress: null, reason: null, ...change, state };
    this.state =
      state === 'idle' && this.unsealedReason !== null
        ? { ...said, state: 'broken', reason: this.unsealedReason }
        : said;
    await this.publish();
  }

  /** A block snapshot was due and could not be sealed. Said by `failed`, and from then on instead of an idle head. */
  notSealed(error: unknown): void {
    this.unsealedReason = messageOf(error);
  }

  /** @param ratio 0 to 1 */
  progressed(ratio: number): void {
    const { clock } = this.options;
    this.state = { ...this.state, progress: Math.min(1, Math.max(0, ratio)) };
    if (clock.ticksMillis() - this.progressAt >= progressEveryMillis) {
      this.progressAt = clock.ticksMillis();
      void this.publish();
    }
  }

  /** May be said again: the fact has the same id. */
  async sealed(manifest: SealedSnapshot): Promise<void> {
    if (manifest.kind === 'block') {
      this.unsealedReason = null;
    }
    this.unsaid.push(manifest);
    await this.sayUnsaid();
  }

  /** Says again what the bus did not take. */
  async repeat(): Promise<void> {
    if (!this.stateIsOut) await this.publish();
    await this.sayUnsaid();
  }

  private async sayUnsaid(): Promise<void> {
    try {
      for (let next = this.unsaid[0]; next !== undefined; next = this.unsaid[0]) {
        await this.say(next);
        this.unsaid.shift();
      }
    } catch (error) {
      this.refused(error);
    }
  }

  private async say(manifest: SealedSnapshot): Promise<void> {
    const { deployment, replicaSet, publisher } = this.options;
    const { id, chain, position, sizeBytes, storedBytes, createdAt, kind } = manifest;
    const fact: SnapshotFact = {
      deployment,
      replicaSet,
      snapshotId: id,
      kind,
      chain,
      ts: position.ts,
      sizeBytes,
      storedBytes,
      createdAt,
    };
    if (kind === 'block') {
      this.saidReason = null;
    }
    await publisher.state(snapshotState, snapshotKey(deployment, replicaSet, id), fact);
    await publisher.event(
      snapshotCompleted,
      { deployment, id: `${manifest.replicaSetId}/snapshot/${id}` },
      fact,
    );
  }

  /** Broken: said once, and again for another reason, or when the head was sealed in between. */
  async failed(error: unknown): Promise<void> {
    const { deployment, replicaSet, publisher, logger, clock } = this.options;
    const reason = messageOf(error);
    const isKnown = this.saidReason === reason;
    await this.enter('broken', { reason });
    if (!isKnown) {
      const code = isHeadwaterError(error) ? error.code : 'BUILDER-90001';
      logger.error({ logId: 'head.broken', deployment, replicaSet, err: error }, reason);
      const id = `${deployment}/${replicaSet}/snapshot-failed/${clock.now().toISOString()}`;
      await publisher.event(snapshotFailed, { deployment, id }, { deployment, replicaSet, code, reason });
      this.saidReason = reason;
    }
  }

  private async publish(): Promise<void> {
    const { deployment, replicaSet, publisher, clock } = this.options;
    const state = { deployment, replicaSet, ...this.state, updatedAt: clock.now().toISOString() };
    try {
      await publisher.state(headState, headKey(deployment, replicaSet), state);
      this.stateIsOut = true;
    } catch (error) {
      this.stateIsOut = false;
      this.refused(error);
    }
  }

  private refused(error: unknown): void {
    const { deployment, replicaSet, logger } = this.options;
    const fields = { logId: 'head.refused', deployment, replicaSet, err: error };
    logger.warn(fields, 'the bus refuses what is said of a head: trying again');
  }
}
