import type { Clock } from '@headwater/clock';
import { agentAnnounced, agentKey, agentState, decodeJsonEvent } from '@headwater/contracts';
import type { AgentPhase, AgentState } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import type { Logger, Publisher } from '@headwater/service-kit';

export interface AgentJournalOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
}

const atMostEveryMillis = 1000;

/**
 * What the active agent of a replica set says of itself. Whoever takes over reads it first: `publishedTo` and
 * `syncSent` are claims about the bus, made only after the bus has acknowledged.
 */
export class AgentJournal {
  private publishedAt = Number.NEGATIVE_INFINITY;
  private dirty = false;
  /** What the agent was doing when its source was lost. */
  private phaseBefore: AgentPhase | null = null;

  private constructor(
    private readonly options: AgentJournalOptions,
    private state: AgentState,
  ) {}

  /**
   * Takes over from whoever was active before, and announces this agent.
   *
   * @param self what this agent is; claims about the bus are taken from the last state of the same replica set
   */
  static async takeOver(
    options: AgentJournalOptions,
    self: Omit<AgentState, 'epoch' | 'publishedTo' | 'syncSent' | 'sync' | 'phase' | 'updatedAt'>,
  ): Promise<AgentJournal> {
    const message = await options.bus.latest(options.stateTopic, agentKey(self.deployment, self.replicaSet));
    const last = message === null ? null : decodeJsonEvent(agentState, message);
    const known = last?.ok === true && last.value.replicaSetId === self.replicaSetId ? last.value : null;
    const journal = new AgentJournal(options, {
      ...self,
      epoch: known?.epoch ?? 0,
      publishedTo: known?.publishedTo ?? null,
      syncSent: known?.syncSent ?? null,
      sync: null,
      phase: 'waiting',
      updatedAt: options.clock.now().toISOString(),
    });
    await journal.flush();
    const { agentId, deployment, replicaSet, replicaSetId, member, serverVersion, fcv } = self;
    await options.publisher.event(
      agentAnnounced,
      { deployment, id: `${replicaSetId}/agent/${agentId}/${journal.state.updatedAt}` },
      { agentId, deployment, replicaSet, replicaSetId, member, serverVersion, fcv },
    );
    return journal;
  }

  get current(): AgentState {
    return this.state;
  }

  /** A member answers: what the agent was doing goes on. */
  async sourceReached(member: string): Promise<void> {
    await this.note({ member, phase: this.phaseBefore ?? this.state.phase });
    this.phaseBefore = null;
  }

  async sourceLost(): Promise<void> {
    this.phaseBefore ??= this.state.phase;
    await this.noteNow({ phase: 'source-unreachable' });
  }

  /** Notes a change. It reaches the bus within about a second; at once with `flush`. */
  async note(change: Partial<AgentState>): Promise<void> {
    this.state = { ...this.state, ...change };
    this.dirty = true;
    if (this.options.clock.ticksMillis() - this.publishedAt >= atMostEveryMillis) {
      await this.flush();
    }
  }

  /** Publishes what was noted since the last time. */
  async flushNotes(): Promise<void> {
    if (this.dirty) {
      await this.flush();
    }
  }

  async noteNow(change: Partial<AgentState>): Promise<void> {
    this.state = { ...this.state, ...change };
    await this.flush();
  }

  /** A bus that refuses is told again with the next note: what the state claims only ever becomes true later. */
  private async flush(): Promise<void> {
    const { publisher, clock, logger } = this.options;
    this.publishedAt = clock.ticksMillis();
    this.state = { ...this.state, updatedAt: clock.now().toISOString() };
    try {
      await publisher.state(agentState, agentKey(this.state.deployment, this.state.replicaSet), this.state);
      this.dirty = false;
    } catch (error) {
      this.dirty = true;
      logger.warn(
        { logId: 'agent.state-refused', err: error },
        'the bus refuses the state of the agent: trying again',
      );
    }
  }
}
