import { createHash } from 'node:crypto';
import type { Clock } from '@headwater/clock';
import { restoreErrors } from '../restore-errors.js';

const keptMillis = 24 * 60 * 60 * 1000;

interface Answer<T> {
  readonly bodyHash: string;
  readonly at: number;
  readonly result: Promise<T>;
}

/** Answers a repeated request with what the first one got: the same `Idempotency-Key`, within 24 hours, in this process. */
export class IdempotentAnswers<T> {
  private readonly answers = new Map<string, Answer<T>>();

  constructor(private readonly clock: Clock) {}

  /** @throws restoreErrors.idempotencyKeyReused for another body under a known key */
  async once(key: string | undefined, body: unknown, make: () => Promise<T>): Promise<T> {
    if (key === undefined) {
      return make();
    }
    this.forgetOld();
    const bodyHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const known = this.answers.get(key);
    if (known !== undefined) {
      if (known.bodyHash !== bodyHash) {
        throw restoreErrors.idempotencyKeyReused('this Idempotency-Key was used for another request');
      }
      return known.result;
    }
    const result = make();
    this.answers.set(key, { bodyHash, at: this.clock.nowMillis(), result });
    result.catch(() => this.answers.delete(key));
    return result;
  }

  private forgetOld(): void {
    for (const [key, { at }] of this.answers) {
      if (this.clock.nowMillis() - at > keptMillis) {
        this.answers.delete(key);
      }
    }
  }
}
