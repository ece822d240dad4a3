import type { Clock } from '@headwater/clock';
import type { MongodBinary } from '@headwater/mongod';
import { seriesOf } from '@headwater/mongod';
import { formatPosition, positionsEqual } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import type { RecoveryEngine, RecoveryProgress } from '@headwater/recovery';
import type { PlannedRestore } from '../planning/planner.js';
import { restoreErrors } from '../restore-errors.js';
import { verify } from '../verifying/verification.js';
import { etaSeconds } from './eta.js';
import type { JobBoard } from './job-board.js';

export interface JobRunOptions {
  readonly engine: RecoveryEngine;
  readonly board: JobBoard;
  readonly clock: Clock;
  readonly mongods: (series: string) => Promise<MongodBinary>;
}

/** The work of one restore job: materialize → replay → prepare → verify. What follows is delivery. */
export class JobRun {
  constructor(private readonly options: JobRunOptions) {}

  /** @throws whatever stands in the way; the directory is then of no use */
  async run(id: string, planned: PlannedRestore, directory: string, signal: AbortSignal): Promise<void> {
    const { board, engine, mongods } = this.options;
    const { archive, manifest } = planned;
    const series = seriesOf(manifest.serverVersion);
    signal.throwIfAborted();
    const { version } = await mongods(series);

    await board.note(id, { kind: 'entered', state: 'Materializing' });
    const { bytes } = await engine.materialize({
      archive,
      manifest,
      directory,
      signal,
      onProgress: this.progressOf(id, planned),
    });
    const restoredTo = await this.replay(id, planned, directory, signal);

    await board.note(id, { kind: 'entered', state: 'Preparing' });
    await engine.prepare({ directory, target: 'standalone' });

    await board.note(id, { kind: 'entered', state: 'Verifying' });
    const { top, begin, collections } = await engine.inspect({ directory, series, signal });
    const counted = collections.flatMap(({ ns, documents }) =>
      documents === null ? [] : [{ ns, documents }],
    );
    const seen = { top, begin, collections: counted, mongodVersion: version };
    const verification = verify(restoredTo, seen, { files: manifest.files.length, bytes });
    await board.note(id, { kind: 'verified', verification });
    await board.note(id, { kind: 'entered', state: 'Ready' });
  }

  private async replay(
    id: string,
    planned: PlannedRestore,
    directory: string,
    signal: AbortSignal,
  ): Promise<Position> {
    const { board, engine } = this.options;
    const { archive, manifest, plan } = planned;
    await board.note(id, { kind: 'entered', state: 'Replaying' });
    const { restoredTo, entries } = await engine.replay({
      archive,
      chain: plan.chain,
      directory,
      from: plan.from,
      to: plan.target,
      series: seriesOf(manifest.serverVersion),
      signal,
      onProgress: this.progressOf(id, planned),
    });
    if (plan.top !== null && !positionsEqual(restoredTo, plan.top)) {
      throw restoreErrors.verificationFailed(
        `the oplog ends at ${formatPosition(restoredTo)}, and the snapshot at ${formatPosition(plan.top)}`,
      );
    }
    await board.note(id, { kind: 'replayed', restoredTo: restoredTo.ts, entries });
    return restoredTo;
  }

  /** Progress is a courtesy: whatever keeps it from being noted does not stop the work. */
  private progressOf(
    id: string,
    { manifest, entries }: PlannedRestore,
  ): (progress: RecoveryProgress) => void {
    const { clock, board } = this.options;
    const startedAt = clock.ticksMillis();
    return ({ phase, bytesDone, entriesDone }) => {
      const elapsed = clock.ticksMillis() - startedAt;
      const noted =
        phase === 'materializing'
          ? board.note(id, {
              kind: 'progressed',
              bytesDone,
              etaSeconds: etaSeconds(bytesDone, manifest.sizeBytes, elapsed),
            })
          : phase === 'appending'
            ? board.note(id, {
                kind: 'progressed',
                entriesDone,
                etaSeconds: etaSeconds(entriesDone, entries, elapsed),
              })
            : Promise.resolve();
      void Promise.resolve(noted).catch(() => undefined);
    };
  }
}
