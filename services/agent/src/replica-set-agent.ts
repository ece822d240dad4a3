import type { Clock } from '@headwater/clock';
import { agentLeaseGroup } from '@headwater/contracts';
import type { Topics } from '@headwater/contracts';
import type { MessageBus, Subscription } from '@headwater/messaging';
import type { SourceIdentity } from '@headwater/mongodb';
import type { Logger, Publisher } from '@headwater/service-kit';
import { DeploymentBinding } from './binding/deployment-binding.js';
import { Refusal } from './binding/refusal.js';
import { Change } from './change.js';
import { discover } from './source/discovery.js';
import type { OpenSource } from './source/source-opening.js';
import type { SourceTrouble } from './source/source-trouble.js';

/** Who is protected. */
export interface ProtectedReplicaSet {
  readonly deployment: string;
  readonly identity: SourceIdentity;
}

/** What an agent does while it holds the lease of a replica set. */
export interface Activity {
  stop(): Promise<void>;
}

export interface ReplicaSetAgentOptions {
  /** Null: the replica set's name. */
  readonly deployment: string | null;
  readonly topicPrefix: string;
  readonly bus: MessageBus;
  readonly topics: Topics;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly trouble: SourceTrouble;
  readonly openSource: OpenSource;
  readonly activate: (protects: ProtectedReplicaSet) => Promise<Activity>;
}

/**
 * Protects one replica set: discovers it, waits for its lease, and is active while it holds it. Where the deployment's
 * id is another set's, it leaves the lease to that one's agents.
 */
export class ReplicaSetAgent {
  private readonly stopping = new AbortController();
  private readonly change = new Change();
  private readonly refused: Refusal;
  private running: Promise<void> = Promise.resolve();
  private lease: Subscription | null = null;
  private activity: Activity | null = null;

  constructor(private readonly options: ReplicaSetAgentOptions) {
    this.refused = new Refusal(options);
    options.trouble.note('discovery', { reason: 'the source was not reached yet', lost: true });
  }

  /** Why this replica set is not protected under the deployment's id; null when nothing speaks against it. */
  get refusal(): string | null {
    return this.refused.reason;
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
    await this.leave();
  }

  private async run(signal: AbortSignal): Promise<void> {
    const identity = await discover(this.options, signal);
    const deployment = this.options.deployment ?? identity.replicaSet;
    const { bus, topics, logger } = this.options;
    const { replicaSet, replicaSetId, member, serverVersion } = identity;
    const about = { deployment, replicaSet, replicaSetId };
    logger.info(
      { logId: 'source.discovered', ...about, member, version: serverVersion },
      'replica set discovered',
    );
    const { change } = this;
    const binding = new DeploymentBinding({ bus, stateTopic: topics.state, ...about, logger, change });
    try {
      await binding.start();
      await this.seekLease({ deployment, identity }, binding, signal);
    } finally {
      await binding.stop();
    }
  }

  private async seekLease(
    protects: ProtectedReplicaSet,
    binding: DeploymentBinding,
    signal: AbortSignal,
  ): Promise<never> {
    const { deployment, identity } = protects;
    for (;;) {
      const { seen } = this.change;
      if (binding.archivedOther === null) {
        this.lease ??= await this.join(protects);
      } else {
        await this.leave();
      }
      // Whoever announced another set and lives has the lease; where it is ours, the other is gone.
      const announced = this.lease?.active === true ? null : binding.announcedOther;
      await this.refused.note({ ...identity, deployment }, binding.archivedOther ?? announced, signal);
      await this.change.since(seen, signal);
    }
  }

  private async join(protects: ProtectedReplicaSet): Promise<Subscription> {
    const { bus, topics, topicPrefix, logger } = this.options;
    const { replicaSet } = protects.identity;
    const about = { deployment: protects.deployment, replicaSet };
    const lease = await bus.consume({
      group: agentLeaseGroup(topicPrefix, protects.deployment, replicaSet),
      topics: [topics.leases],
      onMessage: (_message, delivery) => delivery.commit(),
      onAssigned: async () => {
        this.change.announce();
        this.activity = await this.options.activate(protects);
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
    if (!lease.active) {
      logger.info({ logId: 'lease.awaited', ...about }, 'another agent is active: standing by');
    }
    return lease;
  }

  private async leave(): Promise<void> {
    const { lease } = this;
    this.lease = null;
    await lease?.stop();
  }
}
