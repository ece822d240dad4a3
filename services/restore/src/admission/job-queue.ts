import { headroomBytes, volumeOf } from '../delivery/target-checks.js';
import type { VolumeState } from '../delivery/target-checks.js';
import { admit } from './admission.js';
import type { AdmissionLimits, Demand, Verdict } from './admission.js';
import type { JobRecord } from '../records/job-record.js';
import { targetOf } from '../delivery/job-target.js';

export interface QueueLimits extends AdmissionLimits {
  /** WiredTiger cache of each job's mongod. */
  readonly jobCacheMiB: number;
}

/** What a request would take, before there is a job. */
export interface Wish {
  readonly neededBytes: number;
  readonly volume: VolumeState;
}

interface Measured {
  readonly demand: Demand;
  readonly volume: VolumeState | null;
}

const wished = 'wished';

/** Measures what jobs take and what is free, and asks `admit`. */
export class JobQueue {
  constructor(private readonly limits: QueueLimits) {}

  /** What becomes of each of the waiting jobs now. */
  async verdicts(
    running: readonly JobRecord[],
    queue: readonly JobRecord[],
  ): Promise<ReadonlyMap<string, Verdict>> {
    const [busy, waiting] = await Promise.all([this.measureAll(running), this.measureAll(queue)]);
    return this.admit(busy, waiting);
  }

  /** What would become of a job that is asked for now. One that does not fit alone never begins. */
  async judge(running: readonly JobRecord[], queue: readonly JobRecord[], wish: Wish): Promise<Verdict> {
    const { neededBytes, volume } = wish;
    const { freeBytes } = volume;
    if (neededBytes + this.limits.reserveBytes > freeBytes) {
      return { kind: 'never', neededBytes: neededBytes + this.limits.reserveBytes, freeBytes };
    }
    const [busy, waiting] = await Promise.all([this.measureAll(running), this.measureAll(queue)]);
    const demand = this.demandOf(wished, volume.volume, neededBytes);
    const verdict = this.admit(busy, [...waiting, { demand, volume }]).get(wished);
    return verdict ?? { kind: 'wait', for: 'turn' };
  }

  private admit(running: readonly Measured[], queue: readonly Measured[]): ReadonlyMap<string, Verdict> {
    const volumes = [...running, ...queue].flatMap(({ volume }) => (volume === null ? [] : [volume]));
    return admit({
      running: running.map(({ demand }) => demand),
      queue: queue.map(({ demand }) => demand),
      freeBytes: new Map(volumes.map(({ volume, freeBytes }) => [volume, freeBytes])),
      limits: this.limits,
    });
  }

  private measureAll(records: readonly JobRecord[]): Promise<Measured[]> {
    return Promise.all(records.map((record) => this.measure(record)));
  }

  /** A directory that is gone takes nothing: the job finds that out when it begins. */
  private async measure(record: JobRecord): Promise<Measured> {
    const { job, neededBytes } = record;
    const target = targetOf(record);
    const volume = await volumeOf(target.path).catch(() => null);
    const left = Math.max(0, neededBytes - (await target.takenBytes()));
    const isReplayed = record.replayedTo !== null;
    const bytes = isReplayed ? Math.min(headroomBytes, left) : left;
    const demand = this.demandOf(job.id, volume?.volume ?? `gone/${job.id}`, bytes);
    return { demand: { ...demand, isReplayed }, volume };
  }

  private demandOf(id: string, volume: string, bytes: number): Demand {
    return { id, volume, bytes, cacheMiB: this.limits.jobCacheMiB };
  }
}
