import type { Clock } from '@headwater/clock';
import { agentLeaseGroup } from '@headwater/contracts';
import type { Topics } from '@headwater/contracts';
import { messageOf } from '@headwater/errors';
import type { MessageBus, Subscription } from '@headwater/messaging';
import type { ReplicaSetSource } from '@headwater/mongodb';
import type { Logger } from '@headwater/service-kit';

/** Who is protected. */
export interface ProtectedReplicaSet {
  readonly deployment: string;
  readonly identity: ReplicaSetSource['identity'];
}

/** What an agent does while it holds the lease of a replica set. */
export interface Activity {
  stop(): Promise<void>;
}

export interface ReplicaSetAgentOptions {
  /** Null: the replica set's name. */
  readonly deployment: string | null;
  readonly bus: MessageBus;
  readonly topics: Topics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly openSource: () => Promise<ReplicaSetSource>;
  readonly activate: (protects: ProtectedReplicaSet) => Promise<Activity>;
}

const pauseMillis = 2000;

/** Protects one replica set: discovers it, waits for its lease, and is active while it holds it. */
export class ReplicaSetAgent {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private lease: Subscription | null = null;
  private activity: Activity | null = null;
  private failure: string | null = 'the source was not reached yet';

  constructor(private readonly options: ReplicaSetAgentOptions) {}

  /** Why the source cannot be reached; null once it was discovered. */
  get unreachable(): string | null {
    return this.failure;
  }

  start(): void {
    this.running = this.run(this.stopping.signal).catch((error: unknown) => {
      if (!this.stopping.signal.aborted) {
        throw error;
      }
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the agent is stopped'));
    await this.running;
    await this.lease?.stop();
  }

  private async run(signal: AbortSignal): Promise<void> {
    const identity = await this.discover(signal);
    const { bus, topics, logger } = this.options;
    const deployment = this.options.deployment ?? identity.replicaSet;
    const about = { deployment, replicaSet: identity.replicaSet };
    logger.info(
      { logId: 'source.discovered', ...about, member: identity.member, version: identity.serverVersion },
      'replica set discovered',
    );
    this.lease = await bus.consume({
      group: agentLeaseGroup(deployment, identity.replicaSet),
      topics: [topics.leases],
      onMessage: (_message, delivery) => delivery.commit(),
      onAssigned: async () => {
        this.activity = await this.options.activate({ deployment, identity });
        logger.info({ logId: 'lease.held', ...about }, 'this agent is active');
      },
      onRevoked: async () => {
        await this.activity?.stop();
        this.activity = null;
      },
      onError: (error) => {
        logger.error({ logId: 'lease.failed', ...about, err: error }, 'the lease is tried again');
      },
    });
    if (!this.lease.active) {
      logger.info({ logId: 'lease.awaited', ...about }, 'another agent is active: standing by');
    }
  }

  /** Waits for a member that answers; what is protected cannot be known before. */
  private async discover(signal: AbortSignal): Promise<ReplicaSetSource['identity']> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const mongo = await this.options.openSource();
        const { identity } = mongo;
        await mongo.close();
        this.failure = null;
        return identity;
      } catch (error) {
        if (this.failure !== messageOf(error)) {
          this.failure = messageOf(error);
          this.options.logger.error(
            { logId: 'source.unreachable', err: error },
            `${this.failure}: trying again`,
          );
        }
        await this.options.clock.sleep(pauseMillis, signal);
      }
    }
  }
}
