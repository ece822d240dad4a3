import pLimit from 'p-limit';
import type { Clock } from '@headwater/clock';
import { captureDisturbed, replicaSetKey } from '@headwater/contracts';
import type { AgentState } from '@headwater/contracts';
import { isOneOf, isRetryable, messageOf } from '@headwater/errors';
import type { Assignment } from '@headwater/messaging';
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

/** So many replica sets are read or tried again at once. */
const attemptsAtOnce = 8;

/** The replica sets whose partitions this ingest holds. Filled from the store's listing at each assignment. */
export class CaptureRegistry {
  private readonly assignments = new Set<Assignment>();
  private readonly captures = new Map<string, ReplicaSetCapture>();
  /** In the store, and not read yet or not readable. */
  private readonly unread = new Map<string, ReplicaSetName>();
  /** Agents that are active, whoever holds their replica sets: the newest word of each. */
  private readonly agents = new Map<string, AgentState>();
  /** Why a replica set waits. */
  private readonly failures = new Map<string, string>();
  /** Whatever puts a capture in or takes one out waits for the one before, of the same replica set. */
  private readonly turns = new Map<string, ReturnType<typeof pLimit>>();
  private readonly attempts = pLimit(attemptsAtOnce);
  private triedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: RegistryOptions) {}

  all(): readonly ReplicaSetCapture[] {
    return [...this.captures.values()];
  }

  /** Of the data topics: how many this ingest holds. */
  get heldPartitions(): number {
    return [...this.assignments].reduce((sum, { partitions }) => sum + partitions.length, 0);
  }

  /** For `/readyz`: one replica set that waits does not stop the others, and is not silent. */
  get health(): ReadinessResult {
    const [first] = this.failures.values();
    return first === undefined ? 'ok' : { reason: first };
  }

  /**
   * @param key as on the data topics: deployment/replica set
   * @returns null for a replica set that was never ordered
   * @throws ingestErrors.listingUnusable where the store has it and it cannot be read: its messages must wait;
   *   ingestErrors.strayMessage, ingestErrors.notHeld where another ingest has it
   */
  async of(key: string): Promise<ReplicaSetCapture | null> {
    const known = this.captures.get(key);
    if (known === undefined && this.assignmentOf(key) === null) {
      const problem =
        'came on another partition than that of its replica set, which this ingest does not have';
      throw ingestErrors.strayMessage(`a message of ${key} ${problem}`);
    }
    return known ?? this.inTurn(key, async () => this.captures.get(key) ?? (await this.read(key)));
  }

  /**
   * Everything of the assignment from the listing, then the orders that are in force once more. May be called again.
   *
   * @throws errors of the store where it cannot be listed; nothing has changed then
   */
  async assign(assignment: Assignment): Promise<void> {
    await this.releaseEnded(assignment);
    for (const [key, name] of await this.listed(assignment)) {
      if (!this.captures.has(key)) {
        this.unread.set(key, name);
      }
    }
    this.assignments.add(assignment);
    await this.retry((key) => assignment.owns(key));
  }

  /**
   * Resolves when nothing is going on for the assignment's replica sets any more: what was accepted is durable, said and
   * committed, or dropped. Whoever holds them next reads the listing after that.
   */
  async release(assignment: Assignment): Promise<void> {
    this.assignments.delete(assignment);
    const known = new Set([...this.captures.keys(), ...this.unread.keys(), ...this.turns.keys()]);
    const gone = [...known].filter((key) => assignment.owns(key));
    await Promise.all(gone.map((key) => this.inTurn(key, () => this.drop(key))));
  }

  /** Those of which nobody said that they are over: being told of them had failed. */
  private async releaseEnded(latest: Assignment | null): Promise<void> {
    const ended = [...this.assignments].filter((each) => each !== latest && each.signal.aborted);
    await Promise.all(ended.filter(({ isHeld }) => !isHeld).map((each) => this.release(each)));
  }

  /** An agent that announces a replica set which the store does not know yet gets its first order. */
  async agentSeen(agent: AgentState): Promise<void> {
    const key = replicaSetKey(agent.deployment, agent.replicaSet);
    this.agents.set(key, agent);
    await this.tryOne(key);
  }

  /** Reads one replica set from the listing again: somebody else gave an order. */
  async reload(key: string): Promise<void> {
    await this.inTurn(key, async () => {
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
    this.triedAt = this.options.clock.ticksMillis();
    await this.releaseEnded(null);
    await this.retry(() => true);
    for (const [key, capture] of [...this.captures]) {
      // What it has open comes first: it would be forgotten.
      if (capture.heldFor >= holdMillis && !capture.pending) {
        await this.reload(key);
      }
    }
  }

  private async listed(assignment: Assignment): Promise<ReadonlyMap<string, ReplicaSetName>> {
    const { repository } = this.options;
    const found = new Map<string, ReplicaSetName>();
    for (const deployment of await repository.deployments()) {
      for (const replicaSet of await repository.deployment(deployment).replicaSets()) {
        const key = replicaSetKey(deployment, replicaSet);
        if (assignment.owns(key)) {
          found.set(key, { deployment, replicaSet });
        }
      }
    }
    return found;
  }

  private assignmentOf(key: string): Assignment | null {
    return [...this.assignments].find((assignment) => assignment.owns(key)) ?? null;
  }

  /** @throws ingestErrors.notHeld */
  private holdingOf(key: string): Assignment {
    const assignment = this.assignmentOf(key);
    if (assignment?.isHeld !== true) {
      throw ingestErrors.notHeld(`${key} is not this ingest's any more`);
    }
    return assignment;
  }

  private async drop(key: string): Promise<void> {
    const capture = this.captures.get(key);
    this.unread.delete(key);
    this.failures.delete(key);
    if (capture === undefined) {
      return;
    }
    const refused = await capture.inTurn(() => capture.release());
    this.captures.delete(key);
    const { logger } = this.options;
    if (refused === null) {
      logger.info({ logId: 'capture.released', ...capture.about }, 'another ingest may go on with it');
    } else {
      const message = 'what was accepted last could not be archived: it comes again to whoever is next';
      logger.warn({ logId: 'capture.released', ...capture.about, err: refused }, message);
    }
  }

  private async retry(isWanted: (key: string) => boolean): Promise<void> {
    const keys = new Set([...this.unread.keys(), ...this.agents.keys()].filter(isWanted));
    await Promise.all([...keys].map((key) => this.attempts(() => this.tryOne(key))));
  }

  private async tryOne(key: string): Promise<void> {
    if (this.assignmentOf(key)?.isHeld === true) {
      await this.inTurn(key, () => this.attempt(key));
    }
  }

  private inTurn<T>(key: string, act: () => Promise<T>): Promise<T> {
    const turn = this.turns.get(key) ?? pLimit(1);
    this.turns.set(key, turn);
    return turn(act);
  }

  /** One replica set: what stands in its way is said once, and tried again later. */
  private async attempt(key: string): Promise<void> {
    try {
      await this.read(key);
      await this.admit(key);
      this.failures.delete(key);
    } catch (error) {
      // Somebody else's by now: nothing waits here.
      if (!isOneOf(error, [ingestErrors.notHeld])) await this.noteFailure(key, error);
    }
  }

  private async read(key: string): Promise<ReplicaSetCapture | null> {
    const assignment = this.holdingOf(key);
    const name = this.unread.get(key);
    if (name === undefined) {
      return null;
    }
    const loaded = await this.options.loader.load(name, assignment);
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
    const assignment = this.holdingOf(key);
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
      this.captures.set(key, await this.options.loader.begin(agent, { replicaSetId, assignment }));
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
