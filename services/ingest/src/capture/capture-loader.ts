import { captureKey, captureState, decodeJsonEvent } from '@headwater/contracts';
import { messageOf } from '@headwater/errors';
import type { Assignment, MessageBus } from '@headwater/messaging';
import type { ReplicaSetRepository, Repository } from '@headwater/repository';
import type { Publisher } from '@headwater/service-kit';
import { ingestErrors } from '../ingest-errors.js';
import { newSyncOrder, rewindOrder } from './capture.js';
import type { Capture } from './capture.js';
import { announceEnding, readEnding } from './chain-ending.js';
import { deriveCapture } from './derive-capture.js';
import type { DerivedCapture } from './derive-capture.js';
import { ReplicaSetCapture } from './replica-set-capture.js';
import type { CaptureDependencies } from './replica-set-capture.js';
import { readStoredCapture } from './stored-capture.js';

/** A replica set by its names. */
export interface ReplicaSetName {
  readonly deployment: string;
  readonly replicaSet: string;
}

/** Which one it is, and under what it is this ingest's. */
type Owned = Pick<CaptureDependencies, 'replicaSetId' | 'assignment'>;

export interface CaptureLoaderOptions {
  readonly repository: Repository;
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly publisher: Publisher;
  readonly capture: Pick<CaptureDependencies, 'clock' | 'metrics' | 'logger'>;
}

/** Makes captures: of what the store has, or of nothing. What it returns has its order given and said. */
export class CaptureLoader {
  constructor(private readonly options: CaptureLoaderOptions) {}

  /**
   * @param assignment that of the replica set's partition
   * @returns null for a replica set that was never ordered
   * @throws ingestErrors.listingUnusable naming what cannot be read; ingestErrors.epochTaken; ingestErrors.notHeld
   */
  async load(name: ReplicaSetName, assignment: Assignment): Promise<ReplicaSetCapture | null> {
    const archive = this.archiveOf(name);
    const stored = await this.read(name, archive);
    if (stored === null) {
      return null;
    }
    const { replicaSetId, derived } = stored;
    const published = await this.publishedEpoch(name);
    const isBehind = published > derived.capture.epoch;
    // Agents obey the highest epoch: where the store is older than the bus, counting goes on above it.
    const capture = { ...derived.capture, epoch: Math.max(published, derived.capture.epoch) };
    const made = this.make(archive, { replicaSetId, assignment }, capture);
    const next =
      derived.next ??
      (isBehind ? rewindOrder(capture, 'the store is older than the orders on the bus') : null);
    await this.announceEndingOf(archive, capture.chain);
    await (next === null ? made.repeatOrder() : made.give(next));
    return made;
  }

  /**
   * The first order of a replica set that the store does not know.
   *
   * @throws ingestErrors.epochTaken; ingestErrors.notHeld
   */
  async begin(name: ReplicaSetName, about: Owned): Promise<ReplicaSetCapture> {
    const epoch = await this.publishedEpoch(name);
    const nothing: Capture = {
      epoch,
      order: 'none',
      chain: null,
      archivedTo: null,
      opening: false,
      sync: null,
      reason: '',
    };
    const made = this.make(this.archiveOf(name), about, nothing);
    await made.give(newSyncOrder('the replica set has no backup yet'));
    return made;
  }

  private async read(
    { deployment, replicaSet }: ReplicaSetName,
    archive: ReplicaSetRepository,
  ): Promise<{ readonly replicaSetId: string; readonly derived: DerivedCapture } | null> {
    try {
      const identity = await this.options.repository.deployment(deployment).identity();
      const stored = await readStoredCapture(archive);
      return identity === null || stored === null
        ? null
        : { replicaSetId: identity.replicaSetId, derived: deriveCapture(stored) };
    } catch (cause) {
      throw ingestErrors.listingUnusable(
        `${deployment}/${replicaSet} cannot be read from the store: ${messageOf(cause)}`,
        {
          cause,
        },
      );
    }
  }

  /** A process before this one may have recorded the ending of a chain and not have said so. */
  private async announceEndingOf(archive: ReplicaSetRepository, chain: string | null): Promise<void> {
    const ending = chain === null ? null : await readEnding(archive, chain);
    if (chain !== null && ending !== null) {
      await announceEnding(this.options.publisher, archive, chain, ending);
    }
  }

  private async publishedEpoch({ deployment, replicaSet }: ReplicaSetName): Promise<number> {
    const message = await this.options.bus.latest(
      this.options.stateTopic,
      captureKey(deployment, replicaSet),
    );
    const state = message === null ? null : decodeJsonEvent(captureState, message);
    return state?.ok === true ? state.value.epoch : 0;
  }

  private make(archive: ReplicaSetRepository, about: Owned, capture: Capture): ReplicaSetCapture {
    const { publisher } = this.options;
    return new ReplicaSetCapture({ archive, ...about, publisher, ...this.options.capture }, capture);
  }

  private archiveOf({ deployment, replicaSet }: ReplicaSetName): ReplicaSetRepository {
    return this.options.repository.deployment(deployment).replicaSet(replicaSet);
  }
}
