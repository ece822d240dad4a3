import type { Clock } from '@headwater/clock';
import type { CaptureState } from '@headwater/contracts';
import { isHeadwaterError } from '@headwater/errors';
import { mongodErrors, seriesOf } from '@headwater/mongod';
import type { Position } from '@headwater/oplog';
import { readState, recoveryErrors } from '@headwater/recovery';
import type { RecoveryEngine, RecoveryProgress } from '@headwater/recovery';
import { repositoryErrors } from '@headwater/repository';
import type { Manifest, ReplicaSetRepository } from '@headwater/repository';
import type { Logger } from '@headwater/service-kit';
import { nextWork } from '../schedule/next-work.js';
import type { NextWork } from '../schedule/next-work.js';
import type { Sealer, SealRequest } from '../sealing/sealer.js';
import { readChainFacts } from './chain-facts.js';
import type { ChainFacts } from './chain-facts.js';
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

/** Files that failed this often are made anew. */
const failuresBeforeRebuild = 3;

interface Head {
  readonly chain: string;
  readonly position: Position;
}

type Tail = NonNullable<CaptureState['tail']>;
type Seal = Extract<NextWork, { kind: 'seal' }>;

/**
 * Keeps the head of one replica set: seeds it from the finished initial sync, advances it when a snapshot is due, and
 * seals it there. What is due follows from the store and the directory alone, so that a restart goes on anywhere.
 */
export class HeadKeeper {
  /** What the directory holds; undefined until it was looked at. */
  private head: Head | null | undefined = undefined;
  private facts: ChainFacts | null = null;
  /** The snapshot that was said last. */
  private announced: string | null = null;
  /** How often the files themselves have failed since they were made. */
  private failures = 0;

  constructor(private readonly options: HeadKeeperOptions) {}

  /**
   * Does what is due, if anything.
   *
   * @returns true when something was done: more may be due
   */
  async step(tail: Tail | null, signal: AbortSignal): Promise<boolean> {
    if (tail === null) {
      return false;
    }
    if (this.head === undefined) {
      this.head = await this.resume(tail.chain, signal);
    }
    const facts = await this.factsOf(tail.chain);
    const work = this.workAt(tail, facts);
    switch (work.kind) {
      case 'wait':
        return false;
      case 'seed':
        await this.seed(work.syncId, signal);
        return true;
      case 'seal':
        await this.seal(work, facts, signal);
        return true;
    }
  }

  /**
   * A failure may have left anything in the middle: directory and listing are looked at again. Files that fail over and
   * over are given up.
   */
  distrust(error: unknown): void {
    this.head = undefined;
    this.facts = null;
    this.failures = isOfTheFiles(error) ? this.failures + 1 : this.failures;
  }

  /** Files of another chain, or that nothing can be done with, are of no use: they are made anew. */
  private async resume(chain: string, signal: AbortSignal): Promise<Head | null> {
    const { engine, archive, directory, journal } = this.options;
    const state = await readState(directory);
    const isOfUse = state?.chain === chain && this.failures < failuresBeforeRebuild;
    const found = isOfUse ? await engine.resume({ archive, directory, signal }) : { kind: 'absent' as const };
    if (found.kind !== 'ready') {
      await journal.enter('absent');
      return null;
    }
    const head = { chain: found.chain, position: found.position };
    await journal.enter('idle', head);
    return head;
  }

  private async factsOf(chain: string): Promise<ChainFacts> {
    if (this.facts?.chain === chain && this.facts.sync !== null) {
      return this.facts;
    }
    const facts = await readChainFacts(this.options.archive, chain);
    if (facts.newest !== null && facts.newest.id !== this.announced) {
      // A process before this one may have sealed it and not have said so.
      await this.options.journal.sealed(facts.newest);
      this.announced = facts.newest.id;
    }
    this.facts = facts;
    return facts;
  }

  private workAt(tail: Tail, { sync, newest }: ChainFacts): NextWork {
    return nextWork({
      head: this.head ?? null,
      tail,
      sync: sync === null ? null : { id: sync.syncId, stop: sync.stop },
      newest:
        newest === null
          ? null
          : { ts: newest.position.ts, createdAtMillis: new Date(newest.createdAt).getTime() },
      nowMillis: this.options.clock.nowMillis(),
      intervalMillis: this.options.intervalMillis,
    });
  }

  private async seed(syncId: string, signal: AbortSignal): Promise<void> {
    const { engine, archive, directory, journal, logger } = this.options;
    const seconds = this.stopwatch();
    await journal.enter('seeding');
    const onProgress = ({ bytesDone, bytesTotal }: RecoveryProgress) => {
      if (bytesTotal !== null && bytesTotal > 0) {
        journal.progressed(bytesDone / bytesTotal);
      }
    };
    this.head = await engine.seed({ archive, syncId, directory, signal, onProgress });
    this.failures = 0;
    await journal.enter('idle', this.head);
    logger.info(
      { logId: 'head.seeded', ...this.about, ...this.head, seconds: seconds() },
      'the head is seeded',
    );
  }

  private async seal({ chain, from, to }: Seal, facts: ChainFacts, signal: AbortSignal): Promise<void> {
    const { engine, archive, directory, journal, logger } = this.options;
    const origin = originOf(facts);
    const seconds = this.stopwatch();
    await journal.enter('sealing', this.head ?? {});
    const series = seriesOf(origin.serverVersion);
    const cycle = { archive, chain, directory, from, to: to.ts, series, signal };
    const { restoredTo, entries } = await engine.replay(cycle);
    this.head = { chain, position: restoredTo };
    const manifest = await this.sealAt(restoredTo, facts, signal);
    this.facts = { ...facts, newest: { ...manifest, ts: restoredTo.ts, key: '' } };
    await journal.sealed(manifest);
    this.announced = manifest.id;
    await journal.enter('idle', this.head);
    const { id: snapshot, sizeBytes, storedBytes } = manifest;
    const figures = { entries, sizeBytes, storedBytes, seconds: seconds() };
    logger.info({ logId: 'snapshot.sealed', ...this.about, snapshot, ...figures }, 'snapshot sealed');
  }

  /** The files must stand still meanwhile, and be those that the engine left. */
  private async sealAt(position: Position, facts: ChainFacts, signal: AbortSignal): Promise<Manifest> {
    const { archive, directory, engine, sealer, journal, logger } = this.options;
    const request: SealRequest = {
      archive,
      directory,
      chain: facts.chain,
      position,
      origin: originOf(facts),
      parentId: facts.newest?.id ?? null,
      signal,
      standsStill: () => engine.checkUntouched({ directory }),
      onProgress: (ratio) => {
        journal.progressed(ratio);
      },
    };
    try {
      return await sealer.seal(request);
    } catch (error) {
      if (request.parentId === null || !isDamage(error)) {
        throw error;
      }
      logger.warn(
        { logId: 'snapshot.parent-damaged', ...this.about, err: error },
        'every block is stored anew',
      );
      return sealer.seal({ ...request, parentId: null });
    }
  }

  private stopwatch(): () => number {
    const { clock } = this.options;
    const startedAt = clock.ticksMillis();
    return () => Math.round((clock.ticksMillis() - startedAt) / 100) / 10;
  }

  private get about() {
    const { archive } = this.options;
    return { deployment: archive.deployment, replicaSet: archive.name };
  }
}

/** A head on a chain was made of its initial sync, or of a snapshot of it. */
function originOf({ chain, sync, newest }: ChainFacts) {
  const origin = sync ?? newest;
  if (origin === null) {
    throw new Error(`chain ${chain} has nothing that its head can have been made of`);
  }
  return origin;
}

const damage = [repositoryErrors.damagedObject('').code, repositoryErrors.missingObject('').code];

/** An object of the store: without the parent that needs it, a snapshot can still be made. */
function isDamage(error: unknown): boolean {
  return isHeadwaterError(error) && damage.includes(error.code);
}

const aboutFiles = [
  recoveryErrors.directoryTouched,
  recoveryErrors.replayMissed,
  mongodErrors.startFailed,
  mongodErrors.uncleanStop,
];
const codesAboutFiles = aboutFiles.map((make) => make('').code);

function isOfTheFiles(error: unknown): boolean {
  return isHeadwaterError(error) && codesAboutFiles.includes(error.code);
}
