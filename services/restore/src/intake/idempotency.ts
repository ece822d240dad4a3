import { createHash } from 'node:crypto';
import type { Clock } from '@headwater/clock';
import type { RestoreJobBody } from '@headwater/contracts';
import { restoreErrors } from '../restore-errors.js';
import type { JobBoard } from '../records/job-board.js';
import type { RequestKey } from '../records/job-record.js';

const keptMillis = 24 * 60 * 60 * 1000;

interface Pending {
  readonly bodyHash: string;
  readonly job: Promise<RestoreJobBody>;
}

/**
 * Answers a repeated request with the job of the first one: the same `Idempotency-Key` within 24 hours. Keys are kept
 * with the jobs, so they outlive the process.
 */
export class IdempotentRequests {
  /** Those that are being accepted. */
  private readonly pending = new Map<string, Pending>();

  constructor(
    private readonly board: JobBoard,
    private readonly clock: Clock,
  ) {}

  /** @throws restoreErrors.idempotencyKeyReused for another body under a known key; what `make` throws, which is not remembered */
  async once(
    key: string | undefined,
    body: unknown,
    make: (key: RequestKey | null) => Promise<RestoreJobBody>,
  ): Promise<RestoreJobBody> {
    if (key === undefined) return make(null);
    const bodyHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const pending = this.pending.get(key);
    if (pending !== undefined) {
      refuseOther(pending.bodyHash, bodyHash);
      return pending.job;
    }
    const known = this.known(key);
    if (known !== null) {
      refuseOther(known.bodyHash, bodyHash);
      return known.job;
    }
    const job = make({ key, bodyHash, at: this.clock.nowMillis() });
    this.pending.set(key, { bodyHash, job });
    try {
      return await job;
    } finally {
      this.pending.delete(key);
    }
  }

  private known(key: string): { bodyHash: string; job: RestoreJobBody } | null {
    const since = this.clock.nowMillis() - keptMillis;
    const record = this.board
      .records()
      .findLast((one) => one.accepted && one.key?.key === key && one.key.at >= since);
    const job = record === undefined ? null : this.board.find(record.job.id);
    return job === null ? null : { bodyHash: record?.key?.bodyHash ?? '', job };
  }
}

function refuseOther(known: string, asked: string): void {
  if (known !== asked) {
    throw restoreErrors.idempotencyKeyReused('this Idempotency-Key was used for another request');
  }
}
