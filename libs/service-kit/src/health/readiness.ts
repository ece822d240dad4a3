import type { Clock } from '@headwater/clock';
import { messageOf } from '@headwater/errors';

export type ReadinessResult = 'ok' | { readonly reason: string };
export type ReadinessCheck = () => ReadinessResult | Promise<ReadinessResult>;
export type Phase = 'starting' | 'running' | 'stopping';

export interface Unready {
  readonly check: string;
  readonly reason: string;
}

/** A check that takes longer counts as failed. */
const checkLimitMillis = 2000;

/** Whether the service may be given work: the kit's phase, and whatever the service registers. */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private readonly noted = new Map<string, string>();
  /** Set by the kit. */
  phase: Phase = 'starting';

  constructor(private readonly clock: Clock) {}

  /** A second check of the same name takes the place of the first. */
  register(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Something that whoever asks must know, ready or not. A second one of the same name takes its place. */
  note(name: string, text: string): void {
    this.noted.set(name, text);
  }

  get notes(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.noted);
  }

  /** Why the service is not ready; empty when it is. */
  async unready(): Promise<readonly Unready[]> {
    const own = this.phase === 'running' ? [] : [{ check: 'service', reason: this.phase }];
    const results = await Promise.all([...this.checks].map(([name, check]) => this.run(name, check)));
    return [...own, ...results.filter((result) => result !== null)];
  }

  private async run(check: string, ask: ReadinessCheck): Promise<Unready | null> {
    const answered = new AbortController();
    try {
      const result = await Promise.race([ask(), this.tooLate(answered.signal)]);
      return result === 'ok' ? null : { check, reason: result.reason };
    } catch (error) {
      return { check, reason: messageOf(error) };
    } finally {
      answered.abort();
    }
  }

  private async tooLate(answered: AbortSignal): Promise<ReadinessResult> {
    try {
      await this.clock.sleep(checkLimitMillis, answered);
    } catch {
      return 'ok'; // The check has answered: nobody listens any more.
    }
    return { reason: `no answer within ${checkLimitMillis} ms` };
  }
}
