import { rm } from 'node:fs/promises';
import type { Clock } from '@headwater/clock';
import type { CaptureState } from '@headwater/contracts';
import { seriesOf } from '@headwater/mongod';
import type { Position } from '@headwater/oplog';
import type { RecoveryEngine, RecoveryProgress } from '@headwater/recovery';
import type { Manifest, ReplicaSetRepository } from '@headwater/repository';
import type { Logger } from '@headwater/service-kit';
import { nextWork } from '../schedule/next-work.js';
import type { NextWork } from '../schedule/next-work.js';
import type { Sealer } from '../sealing/sealer.js';
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
    this.head ??= await this.resume(signal);
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

  /** A failure may have left anything in the middle: directory and listing are looked at again. */
  distrust(): void {
    this.head = undefined;
    this.facts = null;
  }

  private async resume(signal: AbortSignal): Promise<Head | null> {
    const { engine, archive, directory, journal } = this.options;
    const found = await engine.resume({ archive, directory, signal });
    if (found.kind === 'rebuild') {
      await rm(directory, { recursive: true, force: true });
    }
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
    if (facts.newest !== null) {
      // A process before this one may have sealed it and not have said so.
      await this.options.journal.sealed(facts.newest);
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
    await journal.enter('idle', this.head);
    const { id: snapshot, sizeBytes, storedBytes } = manifest;
    const figures = { entries, sizeBytes, storedBytes, seconds: seconds() };
    logger.info({ logId: 'snapshot.sealed', ...this.about, snapshot, ...figures }, 'snapshot sealed');
  }

  private sealAt(position: Position, facts: ChainFacts, signal: AbortSignal): Promise<Manifest> {
    const { archive, directory, sealer, journal } = this.options;
    return sealer.seal({
      archive,
      directory,
      chain: facts.chain,
      position,
      origin: originOf(facts),
      parentId: facts.newest?.id ?? null,
      signal,
      onProgress: (ratio) => {
        journal.progressed(ratio);
      },
    });
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
