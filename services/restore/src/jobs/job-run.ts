import { readdir } from 'node:fs/promises';
import type { Clock } from '@headwater/clock';
import type { RestoreJobBody } from '@headwater/contracts';
import { seriesOf } from '@headwater/mongod';
import type { MongodBinary } from '@headwater/mongod';
import { formatPosition, positionsEqual } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import { readState } from '@headwater/recovery';
import type { RecoveryEngine, RecoveryProgress } from '@headwater/recovery';
import { bytesOf, piecesOf, serverVersionOf } from '../planning/base-contents.js';
import type { JobSource, Planner } from '../planning/planner.js';
import { restoreErrors } from '../restore-errors.js';
import { verify } from '../verifying/verification.js';
import { etaSeconds } from './eta.js';
import type { JobBoard } from '../records/job-board.js';
import type { WorkState } from '../records/restore-job.js';
import type { MaterializingShares } from './materializing-shares.js';

export interface JobRunOptions {
  readonly engine: RecoveryEngine;
  readonly planner: Planner;
  readonly board: JobBoard;
  readonly clock: Clock;
  readonly shares: MaterializingShares;
  readonly mongods: (series: string) => Promise<MongodBinary>;
}

/** One job at work. */
interface Work extends JobSource {
  readonly id: string;
  readonly job: RestoreJobBody;
  readonly directory: string;
  readonly series: string;
  readonly signal: AbortSignal;
}

/**
 * The work of one restore job: materialize → replay → prepare → verify. What follows is delivery. A job that was left
 * unfinished goes on from what its files are worth, which the engine tells; they are verified anew in any case.
 */
export class JobRun {
  constructor(private readonly options: JobRunOptions) {}

  /** @throws whatever stands in the way; the signal's reason */
  async run(id: string, directory: string, signal: AbortSignal): Promise<void> {
    const { board, mongods, planner } = this.options;
    const { job } = board.record(id);
    signal.throwIfAborted();
    const source = await planner.sourceOf(job);
    const series = seriesOf(serverVersionOf(source.base));
    const { version } = await mongods(series);
    const work: Work = { ...source, id, job, directory, series, signal };
    const restoredTo = (await this.preparedTo(work)) ?? (await this.make(work));
    await this.enter(work, 'Verifying');
    await this.verify(work, restoredTo, version);
    await this.enter(work, 'Ready');
  }

  /**
   * Where the files stand when they were handed over before: prepared files have no state any more, and nothing but
   * `prepare` removes it.
   */
  private async preparedTo({ id, directory }: Work): Promise<Position | null> {
    const { replayedTo } = this.options.board.record(id);
    const isHandedOver =
      replayedTo !== null &&
      (await readState(directory)) === null &&
      (await readdir(directory).catch(() => [])).length > 0;
    return isHandedOver ? replayedTo : null;
  }

  private async make(work: Work): Promise<Position> {
    const from = (await this.resumed(work)) ?? (await this.makeBase(work));
    const restoredTo = await this.replay(work, from);
    await this.enter(work, 'Preparing');
    await this.options.engine.prepare({ directory: work.directory, target: 'standalone' });
    return restoredTo;
  }

  /** Where the files stand that were made before; null when there are none, or none of use. */
  private async resumed(work: Work): Promise<Position | null> {
    const { archive, directory, signal } = work;
    const state = await readState(directory);
    if (state?.phase === 'appending' || state?.phase === 'recovering') {
      await this.enter(work, 'Replaying');
    }
    const onProgress = this.progressOf(work);
    const found = await this.options.engine.resume({ archive, directory, signal, onProgress });
    return found.kind === 'ready' ? found.position : null;
  }

  /** Data files as of the base. */
  private async makeBase(work: Work): Promise<Position> {
    const { shares, engine } = this.options;
    const { archive, base, directory, signal } = work;
    const onProgress = this.progressOf(work);
    await this.enter(work, 'Materializing');
    return shares.with(async (filesAtOnce) => {
      if (base.kind === 'block') {
        const { manifest } = base;
        await engine.materialize({ archive, manifest, directory, signal, filesAtOnce, onProgress });
        return manifest.position;
      }
      const { syncId } = base.complete;
      // The oplog of its window is appended within: none of the entries that the job is to replay.
      const seeding = (progress: RecoveryProgress): void => {
        if (progress.phase === 'seeding') onProgress(progress);
      };
      return (await engine.seed({ archive, syncId, directory, signal, onProgress: seeding })).position;
    });
  }

  private async replay(work: Work, from: Position): Promise<Position> {
    const { board, engine } = this.options;
    const { id, archive, directory, job, series, signal } = work;
    await this.enter(work, 'Replaying');
    const { chain, target: to } = job.plan;
    const { top } = board.record(id);
    const onProgress = this.progressOf(work);
    const { restoredTo, entries } = await engine.replay({
      ...{ archive, chain, directory, from, to, series, signal, onProgress },
    });
    if (top !== null && !positionsEqual(restoredTo, top)) {
      throw restoreErrors.verificationFailed(
        `the oplog ends at ${formatPosition(restoredTo)}, and the snapshot at ${formatPosition(top)}`,
      );
    }
    await board.amend(id, { replayedTo: restoredTo });
    await board.note(id, { kind: 'replayed', restoredTo: restoredTo.ts, entries });
    return restoredTo;
  }

  private async verify(work: Work, restoredTo: Position, mongodVersion: string): Promise<void> {
    const { board, engine } = this.options;
    const { id, base, directory, series, signal } = work;
    const { top, begin, collections } = await engine.inspect({ directory, series, signal });
    const counted = collections
      .flatMap(({ ns, documents }) => (documents === null ? [] : [{ ns, documents }]))
      .sort((a, b) => (a.ns < b.ns ? -1 : 1));
    const files = { files: piecesOf(base), bytes: bytesOf(base) };
    const verification = verify(restoredTo, { top, begin, collections: counted, mongodVersion }, files);
    await board.setCollections(id, counted);
    await board.note(id, { kind: 'verified', verification });
  }

  /** Nothing is entered for a job that is to stop; a replay that was taken up has its state already. */
  private async enter({ id, signal }: Work, state: WorkState): Promise<void> {
    const { board } = this.options;
    signal.throwIfAborted();
    if (board.record(id).job.state !== state) await board.note(id, { kind: 'entered', state });
  }

  /** Progress is a courtesy: whatever keeps it from being noted does not stop the work. */
  private progressOf({ id, base, job }: Work): (progress: RecoveryProgress) => void {
    const { clock, board } = this.options;
    const startedAt = clock.ticksMillis();
    const eta = (done: number, total: number): number | null =>
      etaSeconds(done, total, clock.ticksMillis() - startedAt);
    return ({ phase, bytesDone, entriesDone }) => {
      const numbers =
        phase === 'materializing' || phase === 'seeding'
          ? { bytesDone, etaSeconds: eta(bytesDone, bytesOf(base)) }
          : phase === 'appending'
            ? { entriesDone, etaSeconds: eta(entriesDone, job.progress.entriesTotal) }
            : null;
      if (numbers !== null) board.note(id, { kind: 'progressed', ...numbers }).catch(() => undefined);
    };
  }
}
