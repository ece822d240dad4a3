import type { Clock } from '@headwater/clock';
import {
  captureKey,
  captureKeyPrefix,
  captureState,
  decodeJsonEvent,
  replicaSetKey,
} from '@headwater/contracts';
import type { CaptureState } from '@headwater/contracts';
import type { MessageBus, Subscription } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';
import type { HeadJournal } from '../head/head-journal.js';
import type { HeadKeeper } from '../head/head-keeper.js';

export interface KeptHead {
  readonly keeper: HeadKeeper;
  readonly journal: HeadJournal;
}

export interface HeadRoundsOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly leasesTopic: string;
  readonly group: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly headOf: (deployment: string, replicaSet: string) => KeptHead;
}

const pauseMillis = 500;
const pauseAfterFailureMillis = 10_000;

/** Goes from head to head while it holds the lease, one at a time: each takes the whole machine for a moment. */
export class HeadRounds {
  private readonly captures = new Map<string, CaptureState>();
  private readonly heads = new Map<string, KeptHead & { retryAt: number }>();
  private watch: Subscription | null = null;
  private lease: Subscription | null = null;
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: HeadRoundsOptions) {}

  async start(): Promise<void> {
    const { bus, stateTopic, leasesTopic, group, logger } = this.options;
    const onError = (error: unknown) => {
      logger.error({ logId: 'rounds.bus', err: error }, 'the bus failed: trying again');
    };
    this.watch = await bus.watch({
      topic: stateTopic,
      keyPrefix: captureKeyPrefix,
      onValue: (message) => {
        const decoded = decodeJsonEvent(captureState, message);
        if (decoded.ok) {
          this.captures.set(message.key, decoded.value);
        } else if (message.value !== null) {
          logger.warn(
            { logId: 'capture.unreadable', problem: decoded.problem },
            'a capture state cannot be read',
          );
        }
      },
      onError,
    });
    this.lease = await bus.consume({
      group,
      topics: [leasesTopic],
      onMessage: (_message, delivery) => delivery.commit(),
      onAssigned: () => {
        this.stopping = new AbortController();
        this.running = this.run(this.stopping.signal);
        return Promise.resolve();
      },
      onRevoked: async () => {
        this.stopping.abort(new Error('the builder is stopped'));
        await this.running;
      },
      onError,
    });
  }

  /** What runs is ended; whoever goes on with the head resumes it. */
  async stop(): Promise<void> {
    await this.watch?.stop();
    await this.lease?.stop();
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let worked = false;
      for (const capture of [...this.captures.values()]) {
        worked = (await this.visit(capture, signal)) || worked;
      }
      if (!worked) {
        await this.options.clock.sleep(pauseMillis, signal).catch(() => undefined);
      }
    }
  }

  private async visit(capture: CaptureState, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.options;
    const head = this.headOf(capture);
    if (head === null || signal.aborted) {
      return false;
    }
    await head.journal.repeat();
    if (clock.ticksMillis() < head.retryAt) {
      return false;
    }
    try {
      return await head.keeper.step(capture, signal);
    } catch (error) {
      head.keeper.distrust(error);
      head.retryAt = clock.ticksMillis() + pauseAfterFailureMillis;
      await this.report(head.journal, error, signal);
      return false;
    }
  }

  /** What a stop ends is no failure. */
  private async report(journal: HeadJournal, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      return;
    }
    await journal.failed(error).catch((refused: unknown) => {
      this.options.logger.error(
        { logId: 'head.failure-unpublished', err: refused },
        'a failure could not be published',
      );
    });
  }

  /** Null for a state whose names the repository does not take: one such must not stop the others. */
  private headOf({ deployment, replicaSet }: CaptureState): (KeptHead & { retryAt: number }) | null {
    const key = replicaSetKey(deployment, replicaSet);
    try {
      const known = this.heads.get(key) ?? { ...this.options.headOf(deployment, replicaSet), retryAt: 0 };
      this.heads.set(key, known);
      return known;
    } catch (error) {
      this.options.logger.error(
        { logId: 'head.unusable-name', key, err: error },
        'a replica set has no head',
      );
      this.captures.delete(captureKey(deployment, replicaSet));
      return null;
    }
  }
}
