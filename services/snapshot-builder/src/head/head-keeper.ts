import { rm } from 'node:fs/promises';
import type { Clock } from '@headwater/clock';
import type { CaptureState } from '@headwater/contracts';
import { seriesOf } from '@headwater/mongod';
import { compareTimestamps } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import type { RecoveryEngine, RecoveryProgress } from '@headwater/recovery';
import type { ReplicaSetRepository, SnapshotSummary, SyncComplete } from '@headwater/repository';
import type { Logger } from '@headwater/service-kit';
import { nextWork } from '../schedule/next-work.js';
import type { NextWork } from '../schedule/next-work.js';
import type { Sealer } from '../sealing/sealer.js';
import type { HeadJournal } from './head-journal.js';

export interface HeadKeeperOptions {
  readonly archive: ReplicaSetRepository;
  /** Where the head's data files are. */
  readonly directory: string;
  readonly engine: RecoveryEngine;
  readonly sealer: Sealer;
  readonly journal: HeadJournal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMillis: number;
}

interface Head {
  readonly chain: string;
  readonly position: Position;
}

/**
 * Keeps the head of one replica set: seeds it from the finished initial sync, advances it when a snapshot is due, and
 * seals it there. Everything is decided anew from the store and the directory, so that a restart goes on anywhere.
 */
export class HeadKeeper {
  private head: Head | null = null;
  private resumed = false;

  constructor(private readonly options: HeadKeeperOptions) {}

  /**
   * Does what is due, if anything.
   *
   * @returns true when something was done: more may be due
   */
  async step(tail: CaptureState['tail'], signal: AbortSignal): Promise<boolean> {
    if (tail === null) {
      return false;
    }
    if (!this.resumed) {
      await this.resume(signal);
    }
    const sync = await this.syncOn(tail.chain);
    const newest = await this.newestOn(tail.chain);
    const work = this.workAt(tail, sync, newest);
    switch (work.kind) {
      case 'wait':
        return false;
      case 'seed':
        await this.seed(work.syncId, signal);
        return true;
      case 'seal':
        await this.seal(work, { sync, newest }, signal);
        return true;
    }
  }

  /** A failure may have left the directory in the middle of something: it is looked at again. */
  distrust(): void {
    this.resumed = false;
    this.head = null;
  }

  private async resume(signal: AbortSignal): Promise<void> {
    const { engine, archive, directory, journal } = this.options;
    const found = await engine.resume({ archive, directory, signal });
    if (found.kind === 'rebuild') {
      await rm(directory, { recursive: true, force: true });
    }
    this.head = found.kind === 'ready' ? { chain: found.chain, position: found.position } : null;
    this.resumed = true;
    await (this.head === null ? journal.enter('absent') : journal.enter('idle', this.head));
  }

  private workAt(tail: NonNullable<CaptureState['tail']>, sync: SyncComplete | null, newest: SnapshotSummary | null): NextWork {
    return nextWork({
      head: this.head,
      tail,
      sync: sync === null ? null : { id: sync.syncId, stop: sync.stop },
      newest: newest === null ? null : { ts: newest.position.ts, createdAtMillis: new Date(newest.createdAt).getTime() },
      nowMillis: this.options.clock.nowMillis(),
      intervalMillis: this.options.intervalMillis,
    });
  }

  private async seed(syncId: string, signal: AbortSignal): Promise<void> {
    const { engine, archive, directory, journal, logger, clock } = this.options;
    const startedAt = clock.ticksMillis();
    this.head = null;
    await journal.enter('seeding');
    const onProgress = ({ bytesDone, bytesTotal }: RecoveryProgress) => {
      if (bytesTotal !== null && bytesTotal > 0) {
        journal.progressed(bytesDone / bytesTotal);
      }
    };
    const { chain, position } = await engine.seed({ archive, syncId, directory, signal, onProgress });
    this.head = { chain, position };
    await journal.enter('idle', this.head);
    const seconds = Math.round((clock.ticksMillis() - startedAt) / 100) / 10;
    logger.info({ logId: 'head.seeded', ...this.about, chain, position, seconds }, 'the head is seeded');
  }

  private async seal(
    { chain, from, to }: Extract<NextWork, { kind: 'seal' }>,
    { sync, newest }: { readonly sync: SyncComplete | null; readonly newest: SnapshotSummary | null },
    signal: AbortSignal,
  ): Promise<void> {
    const { engine, archive, directory, journal, sealer, logger, clock } = this.options;
    const origin = sync ?? newest;
    if (origin === null) {
      return;
    }
    const startedAt = clock.ticksMillis();
    await journal.enter('sealing', this.head ?? {});
    const series = seriesOf(origin.serverVersion);
    const { restoredTo, entries } = await engine.replay({ archive, chain, directory, from, to: to.ts, series, signal });
    this.head = { chain, position: restoredTo };
    const manifest = await sealer.seal({
      archive,
      directory,
      chain,
      position: restoredTo,
      sync: origin,
      parentId: newest?.id ?? null,
      signal,
      onProgress: (ratio) => {
        journal.progressed(ratio);
      },
    });
    await journal.sealed(manifest);
    await journal.enter('idle', this.head);
    const seconds = Math.round((clock.ticksMillis() - startedAt) / 100) / 10;
    const { id, sizeBytes, storedBytes } = manifest;
    logger.info({ logId: 'snapshot.sealed', ...this.about, snapshot: id, entries, sizeBytes, storedBytes, seconds }, 'snapshot sealed');
  }

  /** The newest finished initial sync of a chain. */
  private async syncOn(chain: string): Promise<SyncComplete | null> {
    const { archive } = this.options;
    for (const id of (await archive.syncs()).reverse()) {
      const complete = await archive.sync(id).complete();
      if (complete?.chain === chain) {
        return complete;
      }
    }
    return null;
  }

  private async newestOn(chain: string): Promise<SnapshotSummary | null> {
    const { snapshots } = await this.options.archive.snapshots.catalogue();
    const own = snapshots.filter((snapshot) => snapshot.chain === chain);
    return own.sort((a, b) => compareTimestamps(a.position.ts, b.position.ts)).at(-1) ?? null;
  }

  private get about() {
    const { archive } = this.options;
    return { deployment: archive.deployment, replicaSet: archive.name };
  }
}
