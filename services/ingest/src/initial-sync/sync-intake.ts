import {
  captureDisturbed,
  decodeSyncPart,
  initialSyncCompleted,
  jsonDataOf,
  syncAbandoned,
  syncBegun,
  syncPartType,
  syncSent,
} from '@headwater/contracts';
import type { CloudEvent, Decoded, SyncBegunMessage, SyncPartMeta, SyncSent } from '@headwater/contracts';
import { isOneOf } from '@headwater/errors';
import { repositoryErrors } from '@headwater/repository';
import type { SyncArchive, SyncBegun, SyncComplete } from '@headwater/repository';
import type { Logger, Publisher } from '@headwater/service-kit';
import type { ArchiveMetrics } from '../archiving/archive-metrics.js';
import type { Ticket } from '../archiving/commit-ledger.js';
import { newSyncOrder } from '../capture/capture.js';
import type { ReplicaSetCapture } from '../capture/replica-set-capture.js';

export interface SyncIntakeDependencies {
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly metrics: ArchiveMetrics;
}

/** What became of a message of an initial sync. */
type Outcome = 'taken' | 'stale' | { readonly abandon: string };

/**
 * Takes the initial sync that is ordered, its parts in order, and nothing else. A hole, a part that differs from its
 * hash, or a second beginning abandons it: the next epoch orders a new one. Called in the capture's turn.
 */
export class SyncIntake {
  constructor(private readonly dependencies: SyncIntakeDependencies) {}

  /** What travels in order with the batches: the sync has begun, or was abandoned. */
  handles(event: CloudEvent): boolean {
    return event.type === syncBegun.type || event.type === syncAbandoned.type;
  }

  async take(capture: ReplicaSetCapture, event: CloudEvent, ticket: Ticket): Promise<void> {
    const outcome = await this.outcomeOf(capture, event);
    if (typeof outcome === 'object') {
      await this.abandon(capture, outcome.abandon);
    }
    await ticket.settle();
  }

  /** A message that nobody can read stands where a part may have stood. */
  async takeUnreadable(capture: ReplicaSetCapture, problem: string, ticket: Ticket): Promise<void> {
    if (capture.current.order === 'initial-sync') {
      await this.abandon(capture, `a message cannot be read: ${problem}`);
    }
    await ticket.settle();
  }

  private outcomeOf(capture: ReplicaSetCapture, event: CloudEvent): Outcome | Promise<Outcome> {
    switch (event.type) {
      case syncBegun.type:
        return ifCurrent(capture, jsonDataOf(syncBegun, event), (begun) => this.begin(capture, begun));
      case syncAbandoned.type:
        return ifCurrent(capture, jsonDataOf(syncAbandoned, event), ({ reason }) => ({
          abandon: `the agent gave it up: ${reason}`,
        }));
      case syncPartType:
        return ifCurrent(capture, decodeSyncPart(event), (meta) => this.part(capture, meta, event.data));
      case syncSent.type:
        return ifCurrent(capture, jsonDataOf(syncSent, event), (sent) => this.finish(capture, sent));
      default:
        return 'stale';
    }
  }

  private async begin(capture: ReplicaSetCapture, message: SyncBegunMessage): Promise<Outcome> {
    const { deployment: _deployment, replicaSet: _replicaSet, ...facts } = message;
    const begun: SyncBegun = { format: 1, ...facts };
    const archive = capture.archive.sync(message.syncId);
    if ((await archive.begin(begun)) === 'exists') {
      const known = await archive.begun();
      if (known?.attempt !== begun.attempt) {
        return { abandon: 'it was begun twice' };
      }
    }
    if (capture.current.chain === null) {
      await capture.syncBegun(begun);
    }
    return 'taken';
  }

  private async part(capture: ReplicaSetCapture, meta: SyncPartMeta, bytes: Buffer): Promise<Outcome> {
    const { sync } = capture.current;
    if (sync?.begun?.attempt !== meta.attempt) {
      return { abandon: `part ${meta.part} came without the beginning of its sync` };
    }
    if (meta.part <= sync.archivedPart) {
      return 'taken';
    }
    if (meta.part > sync.archivedPart + 1) {
      return { abandon: `part ${sync.archivedPart + 1} is missing: part ${meta.part} came instead` };
    }
    try {
      await capture.archive.sync(sync.id).writePart(meta.part, bytes, meta.sha256);
    } catch (error) {
      if (isOneOf(error, [repositoryErrors.malformedPart])) {
        return { abandon: `part ${meta.part} differs from its sha256` };
      }
      throw error;
    }
    this.dependencies.metrics.partArchived(capture.archive);
    await capture.partArchived(meta.part);
    return 'taken';
  }

  private async finish(capture: ReplicaSetCapture, sent: SyncSent): Promise<Outcome> {
    const { sync, chain } = capture.current;
    if (sync?.begun?.attempt !== sent.attempt || chain === null) {
      return { abandon: 'its end came without its beginning' };
    }
    if (sync.archivedPart !== sent.parts) {
      return { abandon: `${sent.parts} parts were sent, and ${sync.archivedPart} are here` };
    }
    const archive = capture.archive.sync(sync.id);
    const { stop, documents, bytes, parts } = sent;
    await archive.finish({ ...sync.begun, stop, parts: await partsOf(archive), documents, bytes });
    await this.dependencies.publisher.event(
      initialSyncCompleted,
      {
        deployment: capture.archive.deployment,
        id: `${capture.replicaSetId}/initial-sync/${sync.id}/completed`,
      },
      { ...capture.about, syncId: sync.id, chain, stop, parts, documents, bytes },
    );
    await capture.closeSlice();
    await capture.give({
      order: 'tail',
      chain,
      archivedTo: capture.current.archivedTo,
      reason: 'the initial sync is complete',
    });
    return 'taken';
  }

  private async abandon(capture: ReplicaSetCapture, reason: string): Promise<void> {
    await capture.closeSlice();
    await this.dependencies.publisher.event(
      captureDisturbed,
      {
        deployment: capture.archive.deployment,
        id: `${capture.replicaSetId}/sync-abandoned/${String(capture.current.epoch)}`,
      },
      { ...capture.about, action: 'sync-abandoned', reason },
    );
    await capture.give(
      newSyncOrder(`initial sync ${capture.current.sync?.id ?? ''} was abandoned: ${reason}`),
    );
  }
}

/** Of another sync than the one that is ordered, or of another replica set: stale. */
function ifCurrent<T extends { readonly syncId: string; readonly replicaSetId: string }>(
  capture: ReplicaSetCapture,
  decoded: Decoded<T>,
  take: (message: T) => Outcome | Promise<Outcome>,
): Outcome | Promise<Outcome> {
  const { order, sync } = capture.current;
  if (!decoded.ok) {
    return order === 'initial-sync' ? { abandon: `a message cannot be read: ${decoded.problem}` } : 'stale';
  }
  const { syncId, replicaSetId } = decoded.value;
  const current = order === 'initial-sync' && sync?.id === syncId && replicaSetId === capture.replicaSetId;
  return current ? take(decoded.value) : 'stale';
}

/** From what is stored, so that a part which is damaged there is not called whole. */
async function partsOf(archive: SyncArchive): Promise<SyncComplete['parts']> {
  const parts: SyncComplete['parts'] = [];
  for (const part of await archive.parts()) {
    parts.push({ n: part.n, sha256: await archive.partHash(part), bytes: part.size });
  }
  return parts;
}
