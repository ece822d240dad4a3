import { restoreJobStateSchema } from '@headwater/contracts';
import type { RestoreJobBody } from '@headwater/contracts';
import type { Metrics } from '@headwater/service-kit';

/** What `/metrics` tells of the restore jobs. */
export class JobMetrics {
  private readonly states;
  private readonly finished;
  private readonly seconds;

  constructor(metrics: Metrics) {
    this.states = metrics.gauge({
      name: 'headwater_restore_jobs',
      help: 'Restore jobs that are known, by state.',
      labels: ['state'],
    });
    this.finished = metrics.counter({
      name: 'headwater_restore_jobs_finished_total',
      help: 'Restore jobs that ended in this process, by state.',
      labels: ['state'],
    });
    this.seconds = metrics.histogram({
      name: 'headwater_restore_duration_seconds',
      help: 'From the request to the delivery.',
      buckets: [5, 15, 30, 60, 300, 900, 3600, 14_400, 86_400],
    });
  }

  known(jobs: readonly RestoreJobBody[]): void {
    for (const state of restoreJobStateSchema.options) {
      this.states.set({ state }, jobs.filter((job) => job.state === state).length);
    }
  }

  ended({ state, createdAt, finishedAt }: RestoreJobBody): void {
    this.finished.inc({ state });
    if (state === 'Delivered' && finishedAt !== null) {
      this.seconds.observe((Date.parse(finishedAt) - Date.parse(createdAt)) / 1000);
    }
  }
}
