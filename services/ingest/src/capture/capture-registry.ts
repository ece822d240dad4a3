import type { AgentState } from '@headwater/contracts';
import {
  captureDisturbed,
  captureKey,
  captureState,
  decodeJsonEvent,
  replicaSetKey,
} from '@headwater/contracts';
import { messageOf } from '@headwater/errors';
import type { MessageBus } from '@headwater/messaging';
import type { Repository } from '@headwater/repository';
import type { Logger, Publisher } from '@headwater/service-kit';
import { ingestErrors } from '../ingest-errors.js';
import { newSyncOrder } from './capture.js';
import { deriveCapture } from './derive-capture.js';
import { readStoredCapture } from './stored-capture.js';
import { ReplicaSetCapture } from './replica-set-capture.js';
import type { CaptureDependencies } from './replica-set-capture.js';

export interface RegistryDependencies {
  readonly repository: Repository;
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly capture: Pick<CaptureDependencies, 'clock' | 'metrics'>;
}

/** The replica sets whose partition this ingest owns. Filled from the store's listing at each assignment. */
export class CaptureRegistry {
  private captures = new Map<string, ReplicaSetCapture>();
  /** In the store, and not read yet or not readable. */
  private readonly unreadable = new Map<
    string,
    { readonly deployment: string; readonly replicaSet: string }
  >();
  /** Agents that are active, assigned or not: the newest word of each. */
  private readonly agents = new Map<string, AgentState>();
  private assigned = false;

  constructor(private readonly dependencies: RegistryDependencies) {}

  all(): readonly ReplicaSetCapture[] {
    return [...this.captures.values()];
  }

  /**
   * @param key as on the data topics: deployment/replica set
   * @returns null for a replica set that was never ordered
   * @throws ingestErrors.listingUnusable where the store has it and it cannot be read: its messages must wait
   */
  async of(key: string): Promise<ReplicaSetCapture | null> {
    return this.captures.get(key) ?? (this.unreadable.has(key) ? this.reload(key) : null);
  }

  /** Everything from the listing, then the orders that are in force once more. */
  async assign(): Promise<void> {
    this.revoke();
    const { repository } = this.dependencies;
    for (const deployment of await repository.deployments()) {
      for (const replicaSet of await repository.deployment(deployment).replicaSets()) {
        this.unreadable.set(replicaSetKey(deployment, replicaSet), { deployment, replicaSet });
      }
    }
    for (const key of [...this.unreadable.keys()]) {
      await this.reload(key).catch((error: unknown) => {
        this.dependencies.logger.error(
          { logId: 'capture.unreadable', key, err: error },
          'a replica set waits',
        );
      });
    }
    this.assigned = true;
    for (const agent of this.agents.values()) {
      await this.admit(agent);
    }
  }

  /** Open slices are dropped, never committed: whoever owns the partition next reads them again. */
  revoke(): void {
    this.assigned = false;
    this.captures = new Map();
    this.unreadable.clear();
  }

  /** An agent that announces a replica set which the store does not know yet gets its first order. */
  async agentSeen(agent: AgentState): Promise<void> {
    this.agents.set(replicaSetKey(agent.deployment, agent.replicaSet), agent);
    if (this.assigned) {
      await this.admit(agent);
    }
  }

  /** Reads one replica set from the listing again: at an assignment, or because somebody else gave an order. */
  async reload(key: string): Promise<ReplicaSetCapture | null> {
    const name = this.unreadable.get(key) ?? this.captures.get(key)?.about;
    if (name === undefined) {
      return null;
    }
    this.captures.delete(key);
    this.unreadable.set(key, name);
    try {
      const loaded = await this.load(name.deployment, name.replicaSet);
      this.unreadable.delete(key);
      return loaded;
    } catch (cause) {
      this.captures.delete(key);
      throw ingestErrors.listingUnusable(`${key} cannot be read from the store: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  private async load(deployment: string, replicaSet: string): Promise<ReplicaSetCapture | null> {
    const { repository } = this.dependencies;
    const identity = await repository.deployment(deployment).identity();
    const archive = repository.deployment(deployment).replicaSet(replicaSet);
    const stored = await readStoredCapture(archive);
    if (identity === null || stored === null) {
      return null;
    }
    const { capture, next } = deriveCapture(stored);
    const loaded = this.captureOf(deployment, replicaSet, identity.replicaSetId, capture);
    await (next === null ? loaded.publishState() : loaded.give(next));
    return loaded;
  }

  private async admit(agent: AgentState): Promise<void> {
    const { deployment, replicaSet, replicaSetId } = agent;
    const { repository } = this.dependencies;
    const identity = await repository.deployment(deployment).bind({
      format: 1,
      deployment,
      kind: 'replica-set',
      replicaSetId,
      boundAt: this.dependencies.capture.clock.now().toISOString(),
    });
    if (identity.replicaSetId !== replicaSetId) {
      await this.refuse(agent, identity.replicaSetId);
      return;
    }
    if ((await this.of(replicaSetKey(deployment, replicaSet))) !== null) {
      return;
    }
    const epoch = await this.newestPublishedEpoch(deployment, replicaSet);
    const nothing = {
      epoch,
      order: 'none',
      chain: null,
      archivedTo: null,
      opening: false,
      sync: null,
      reason: '',
    } as const;
    await this.captureOf(deployment, replicaSet, replicaSetId, nothing).give(
      newSyncOrder('the replica set has no backup yet'),
    );
  }

  /** Agents obey the highest epoch: where the store was lost and the bus was not, counting goes on above it. */
  private async newestPublishedEpoch(deployment: string, replicaSet: string): Promise<number> {
    const message = await this.dependencies.bus.latest(
      this.dependencies.stateTopic,
      captureKey(deployment, replicaSet),
    );
    const state = message === null ? null : decodeJsonEvent(captureState, message);
    return state?.ok === true ? state.value.epoch : 0;
  }

  private captureOf(
    deployment: string,
    replicaSet: string,
    replicaSetId: string,
    capture: ReplicaSetCapture['current'],
  ) {
    const { repository, publisher, logger } = this.dependencies;
    const made = new ReplicaSetCapture(
      {
        archive: repository.deployment(deployment).replicaSet(replicaSet),
        replicaSetId,
        publisher,
        logger,
        ...this.dependencies.capture,
      },
      capture,
    );
    this.captures.set(replicaSetKey(deployment, replicaSet), made);
    return made;
  }

  private async refuse(agent: AgentState, boundTo: string): Promise<void> {
    const { deployment, replicaSet, replicaSetId } = agent;
    const error = ingestErrors.otherReplicaSet(
      `deployment ${deployment} is bound to replica set ${boundTo}, and an agent announces ${replicaSetId}`,
    );
    this.dependencies.logger.error(
      { logId: 'capture.refused', deployment, replicaSet, err: error },
      error.message,
    );
    await this.dependencies.publisher.event(
      captureDisturbed,
      { deployment, id: `${replicaSetId}/refused/${boundTo}` },
      { deployment, replicaSet, action: 'refused', reason: error.message },
    );
  }
}
