import type { Clock } from '@headwater/clock';
import type { CaptureState } from '@headwater/contracts';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import type { RecoveryEngine } from '@headwater/recovery';
import type { AnyManifest, Manifest, ReplicaSetRepository } from '@headwater/repository';
import type { Logger } from '@headwater/service-kit';
import { builderErrors } from '../builder-errors.js';
import { nextWork } from '../schedule/next-work.js';
import type { NextWork } from '../schedule/next-work.js';
import { ReplayRate } from '../schedule/replay-rate.js';
import { dueMoment, kindOfDue } from '../schedule/snapshot-schedule.js';
import type { ScheduleRules } from '../schedule/snapshot-schedule.js';
import { LogSealer } from '../sealing/log-sealer.js';
import type { OplogSinceBlock } from '../sealing/log-sealer.js';
import type { Sealer, SealRequest } from '../sealing/sealer.js';
import { ChainFacts } from './chain-facts.js';
import { HeadFiles, isSnapshotDamage } from './head-files.js';
import type { Head } from './head-files.js';
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
  readonly rules: ScheduleRules;
}

type Tail = NonNullable<CaptureState['tail']>;
type Seal = Extract<NextWork, { kind: 'seal' }>;

/** A snapshot that is due, and what lies between it and the newest block snapshot. */
interface Due {
  readonly kind: 'block' | 'log';
  readonly moment: OplogTimestamp;
  readonly oplog: OplogSinceBlock;
}

/**
 * Keeps the head of one replica set and makes its snapshots. What is due follows from the store and the directory alone, so that
 * a restart goes on anywhere. The head moves for block snapshots only; log snapshots are made whatever has become of it.
 */
export class HeadKeeper {
  /** What the directory holds; undefined until it was looked at. */
  private head: Head | null | undefined = undefined;
  private facts: ChainFacts | null = null;
  /** The snapshot that was said last. */
  private announced: string | null = null;
  /** Nothing was archived up to this moment that the newest snapshot does not have. */
  private nothingUpTo: OplogTimestamp | null = null;
  /** The last work on the head failed. */
  private isBroken = false;
  private readonly files: HeadFiles;
  private readonly logs: LogSealer;
  private readonly rate = new ReplayRate();

  constructor(private readonly options: HeadKeeperOptions) {
    this.files = new HeadFiles(options);
    this.logs = new LogSealer(options.archive, options.clock);
  }

  /**
   * Does what is due, if anything.
   *
   * @returns true when something was done: more may be due
   */
  async step({ tail, order }: Pick<CaptureState, 'tail' | 'order'>, signal: AbortSignal): Promise<boolean> {
    if (tail === null) {
      return false;
    }
    const facts = await this.factsOf(tail.chain);
    const due = await this.dueOf(tail, facts);
    if (due !== null && (due.kind === 'log' || this.isBroken)) {
      await this.sealLog(due, facts);
      return true;
    }
    if (this.head === undefined) {
      this.head = await this.files.resume(tail.chain, signal);
    }
    const work = this.workAt(tail, facts, { isBased: order === 'tail', due: due?.moment ?? null });
    const worked = await this.carryOut(work, facts, { due, signal });
    this.isBroken = false;
    return worked;
  }

  /** A failure may have left anything in the middle: directory and listing are looked at again. */
  distrust(error: unknown): void {
    this.head = undefined;
    this.facts = null;
    this.isBroken = true;
    this.files.distrust(error);
  }

  private async carryOut(
    work: NextWork,
    facts: ChainFacts,
    { due, signal }: { readonly due: Due | null; readonly signal: AbortSignal },
  ): Promise<boolean> {
    switch (work.kind) {
      case 'wait':
        return false;
      case 'stuck':
        throw builderErrors.nothingToBuildFrom(`chain ${facts.chain} has no head: ${work.reason}`);
      case 'seed':
        this.head = await this.files.seed(work.syncId, signal);
        return true;
      case 'materialize':
        this.head = await this.files.materialize(work.snapshotId, signal);
        return true;
      case 'seal':
        await this.sealBlock(work, facts, { entries: due?.oplog.entries ?? 0, signal }).catch(
          (error: unknown) => {
            if (!signal.aborted) {
              this.options.journal.notSealed(error);
            }
            throw error;
          },
        );
        return true;
    }
  }

  private async factsOf(chain: string): Promise<ChainFacts> {
    if (this.facts?.chain === chain && this.facts.isBased) {
      return this.facts;
    }
    const facts = await ChainFacts.read(this.options.archive, chain);
    if (facts.newest !== null && facts.newest.id !== this.announced) {
      // A process before this one may have sealed it and not have said so.
      await this.options.journal.sealed(facts.newest);
      this.announced = facts.newest.id;
    }
    this.facts = facts;
    return facts;
  }

  /** Null while no snapshot is due, or nothing was archived that it would hold; and before the first block snapshot. */
  private async dueOf({ archivedTo }: Tail, facts: ChainFacts): Promise<Due | null> {
    const { rules } = this.options;
    const { newest } = facts;
    const base = facts.basesWithout(this.files.damaged).at(-1);
    const moment = newest === null ? null : dueMoment(newest.position.ts, archivedTo.ts, rules);
    if (newest === null || base === undefined || moment === null || moment.t === this.nothingUpTo?.t) {
      return null;
    }
    const oplog = await this.logs.measure(base, newest, moment);
    if (oplog === null) {
      this.nothingUpTo = moment;
      return null;
    }
    const { entriesPerSecond } = this.rate;
    const since = { block: base.position.ts, due: moment, entries: oplog.entries, entriesPerSecond };
    return { kind: kindOfDue(since, rules), moment, oplog };
  }

  private workAt(
    tail: Tail,
    facts: ChainFacts,
    { isBased, due }: { readonly isBased: boolean; readonly due: OplogTimestamp | null },
  ): NextWork {
    const head = this.head ?? null;
    const { sync } = facts;
    return nextWork({
      ...{ head, tail, isBased, due },
      sync: sync === null ? null : { id: sync.syncId, stop: sync.stop },
      bases: facts.basesWithout(this.files.damaged).map(({ id, position }) => ({ id, ts: position.ts })),
      isSealedHere: head !== null && facts.hasBlockAt(head.position),
    });
  }

  private async sealLog({ oplog }: Due, facts: ChainFacts): Promise<void> {
    const manifest = await this.logs.seal(oplog);
    await this.sealed(manifest, facts, { entries: oplog.entries, base: oplog.base.id });
  }

  private async sealBlock(
    { chain, from, to }: Seal,
    facts: ChainFacts,
    { entries: expected, signal }: { readonly entries: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const { journal, clock } = this.options;
    const startedAt = clock.ticksMillis();
    const elapsed = (): number => (clock.ticksMillis() - startedAt) / 1000;
    await journal.enter('sealing', this.head ?? {});
    const { serverVersion } = facts.origin;
    const estimate = expected / this.rate.entriesPerSecond;
    const advance = { chain, from, to, serverVersion, seconds: estimate };
    const { restoredTo, entries } = await this.files.advance(advance, signal);
    this.rate.note(entries, elapsed());
    this.head = { chain, position: restoredTo };
    const manifest = await this.sealAt(restoredTo, facts, signal);
    await this.sealed(manifest, facts, { entries, seconds: Math.round(elapsed() * 10) / 10 });
    await journal.enter('idle', this.head);
  }

  /** The manifest is there: from now on it counts, and it is said. */
  private async sealed(manifest: AnyManifest, facts: ChainFacts, figures: object): Promise<void> {
    const { journal, logger } = this.options;
    const { id, kind, position, sizeBytes, storedBytes } = manifest;
    this.facts = facts.with({ ...manifest, ts: position.ts, key: '' });
    await journal.sealed(manifest);
    this.announced = id;
    logger.info(
      { logId: 'snapshot.sealed', ...this.about, snapshot: id, kind, sizeBytes, storedBytes, ...figures },
      'snapshot sealed',
    );
  }

  /** The files must stand still meanwhile, and be those that the engine left. */
  private async sealAt(position: Position, facts: ChainFacts, signal: AbortSignal): Promise<Manifest> {
    const { archive, directory, sealer, journal, logger } = this.options;
    const request: SealRequest = {
      archive,
      directory,
      chain: facts.chain,
      position,
      origin: facts.origin,
      parentId: facts.basesWithout(this.files.damaged).at(-1)?.id ?? null,
      signal,
      standsStill: () => this.files.checkUntouched(),
      onProgress: (ratio) => {
        journal.progressed(ratio);
      },
    };
    try {
      return await sealer.seal(request);
    } catch (error) {
      if (request.parentId === null || !isSnapshotDamage(error)) {
        throw error;
      }
      logger.warn(
        { logId: 'snapshot.parent-damaged', ...this.about, err: error },
        'every block is stored anew',
      );
      return sealer.seal({ ...request, parentId: null });
    }
  }

  private get about() {
    const { archive } = this.options;
    return { deployment: archive.deployment, replicaSet: archive.name };
  }
}
