import pLimit from 'p-limit';
import type { Clock } from '@headwater/clock';
import { captureDisturbed, replicaSetKey } from '@headwater/contracts';
import type { AgentState } from '@headwater/contracts';
import { isOneOf, isRetryable, messageOf } from '@headwater/errors';
import type { Repository } from '@headwater/repository';
import type { Logger, Publisher, ReadinessResult } from '@headwater/service-kit';
import { ingestErrors } from '../ingest-errors.js';
import { holdMillis } from './capture.js';
import type { CaptureLoader, ReplicaSetName } from './capture-loader.js';
import type { ReplicaSetCapture } from './replica-set-capture.js';

export interface RegistryOptions {
  readonly repository: Repository;
  readonly loader: CaptureLoader;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a replica set that cannot be read or admitted waits before it is tried again. */
const retryMillis = 5000;

/** The replica sets whose partition this ingest owns. Filled from the store's listing at each assignment. */
export class CaptureRegistry {
  private readonly captures = new Map<string, ReplicaSetCapture>();
  /** In the store, and not read yet or not readable. */
  private readonly unread = new Map<string, ReplicaSetName>();
  /** Agents that are active, assigned or not: the newest word of each. */
  private readonly agents = new Map<string, AgentState>();
  /** Why a replica set waits. */
  private readonly failures = new Map<string, string>();
  /** Whatever puts a capture in or takes one out waits for the one before. */
  private readonly inTurn = pLimit(1);
  private assigned = false;
  private triedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: RegistryOptions) {}

  all(): readonly ReplicaSetCapture[] {
    return [...this.captures.values()];
  }

  /** For `/readyz`: one replica set that waits does not stop the others, and is not silent. */
  get health(): ReadinessResult {
    const [first] = this.failures.values();
    return first === undefined ? 'ok' : { reason: first };
  }

  /**
   * @param key as on the data topics: deployment/replica set
   * @returns null for a replica set that was never ordered
   * @throws ingestErrors.listingUnusable where the store has it and it cannot be read: its messages must wait
   */
  async of(key: string): Promise<ReplicaSetCapture | null> {
    return this.captures.get(key) ?? this.inTurn(() => this.captures.get(key) ?? this.read(key));
  }

  /** Everything from the listing, then the orders that are in force once more. */
  async assign(): Promise<void> {
    await this.inTurn(async () => {
      this.revoke();
      const { repository } = this.options;
      for (const deployment of await repository.deployments()) {
        for (const replicaSet of await repository.deployment(deployment).replicaSets()) {
          this.unread.set(replicaSetKey(deployment, replicaSet), { deployment, replicaSet });
        }
      }
      this.assigned = true;
    });
    await this.retry();
  }

  /** Open slices are dropped, never committed: whoever owns the partition next reads them again. */
  revoke(): void {
    this.assigned = false;
    this.captures.clear();
    this.unread.clear();
    this.failures.clear();
  }

  /** An agent that announces a replica set which the store does not know yet gets its first order. */
  async agentSeen(agent: AgentState): Promise<void> {
    const key = replicaSetKey(agent.deployment, agent.replicaSet);
    this.agents.set(key, agent);
    await this.inTurn(() => this.attempt(key));
  }

  /** Reads one replica set from the listing again: somebody else gave an order. */
  async reload(key: string): Promise<void> {
    await this.inTurn(async () => {
      const known = this.captures.get(key);
      if (known !== undefined) {
        this.captures.delete(key);
        this.unread.set(key, known.about);
      }
      await this.attempt(key);
    });
  }

  /** Tries again what waits, and what was held long enough. Called often; does something every few seconds. */
  async tick(): Promise<void> {
    if (this.options.clock.ticksMillis() - this.triedAt < retryMillis) {
      return;
    }
    await this.retry();
    for (const [key, capture] of [...this.captures]) {
      // What it has open comes first: it would be forgotten.
      if (capture.heldFor >= holdMillis && !capture.pending) {
        await this.reload(key);
      }
    }
  }

  private async retry(): Promise<void> {
    this.triedAt = this.options.clock.ticksMillis();
    for (const key of new Set([...this.unread.keys(), ...this.agents.keys()])) {
      await this.inTurn(() => this.attempt(key));
    }
  }

  /** One replica set: what stands in its way is said once, and tried again later. */
  private async attempt(key: string): Promise<void> {
    if (!this.assigned) {
      return;
    }
    try {
      await this.read(key);
      await this.admit(key);
      this.failures.delete(key);
    } catch (error) {
      await this.noteFailure(key, error);
    }
  }

  private async read(key: string): Promise<ReplicaSetCapture | null> {
    const name = this.unread.get(key);
    if (name === undefined) {
      return null;
    }
    const loaded = await this.options.loader.load(name);
    if (loaded !== null) {
      this.captures.set(key, loaded);
    }
    this.unread.delete(key);
    return loaded;
  }

  private async admit(key: string): Promise<void> {
    const agent = this.agents.get(key);
    if (agent === undefined || this.captures.get(key)?.replicaSetId === agent.replicaSetId) {
      return;
    }
    const { deployment, replicaSet, replicaSetId } = agent;
    const boundAt = this.options.clock.now().toISOString();
    const identity = await this.options.repository
      .deployment(deployment)
      .bind({ format: 1, deployment, kind: 'replica-set', replicaSetId, boundAt });
    if (identity.replicaSetId !== replicaSetId) {
      throw ingestErrors.otherReplicaSet(
        `deployment ${deployment} is bound to replica set ${identity.replicaSetId}, and an agent announces ${replicaSetId}`,
      );
    }
    try {
      this.captures.set(key, await this.options.loader.begin(agent, replicaSetId));
    } catch (error) {
      if (isOneOf(error, [ingestErrors.epochTaken])) {
        // The order was given after all: by another ingest, or by a call whose answer was lost.
        this.unread.set(key, { deployment, replicaSet });
        await this.read(key);
        return;
      }
      throw error;
    }
  }

  private async noteFailure(key: string, error: unknown): Promise<void> {
    const { logger, publisher } = this.options;
    const reason = messageOf(error);
    if (this.failures.get(key) === reason) {
      return;
    }
    this.failures.set(key, reason);
    logger.error({ logId: 'capture.refused', key, err: error }, `${reason}: this replica set waits`);
    const name = this.agents.get(key) ?? this.unread.get(key);
    // What passes by itself is no fact that people act on; where it does not pass, `/readyz` says so.
    if (name !== undefined && !isRetryable(error)) {
      const { deployment, replicaSet } = name;
      const fact = { deployment, id: `${key}/refused/${this.options.clock.now().toISOString()}` };
      const data = { deployment, replicaSet, action: 'refused', reason } as const;
      await publisher.event(captureDisturbed, fact, data).catch((refused: unknown) => {
        logger.warn({ logId: 'bus.refused', key, err: refused }, 'the bus refuses an event');
      });
    }
  }
}
