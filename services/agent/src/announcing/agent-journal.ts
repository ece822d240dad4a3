import type { Clock } from '@headwater/clock';
import {
  agentAnnounced,
  agentKey,
  agentState,
  captureVersionUntested,
  decodeJsonEvent,
} from '@headwater/contracts';
import type { AgentPhase, AgentState } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import { testingOf, untestedNotice } from '@headwater/mongodb';
import { compareTimestamps } from '@headwater/oplog';
import type { Logger, Publisher } from '@headwater/service-kit';
import type { SourceTrouble, SourceUser, Trouble } from '../source/source-trouble.js';

export interface AgentJournalOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly trouble: SourceTrouble;
}

/** What is noted; phase, trouble and time are put to it when it is published. */
export type AgentFacts = Omit<AgentState, 'phase' | 'trouble' | 'updatedAt'>;

type AgentSelf = Pick<
  AgentState,
  'agentId' | 'deployment' | 'replicaSet' | 'replicaSetId' | 'member' | 'serverVersion' | 'fcv' | 'cluster'
>;

const atMostEveryMillis = 1000;
/** With a look every second that makes a state at least every five: who reads them tells a dead agent from a quiet one. */
const aliveEveryMillis = 4000;

/**
 * What the active agent of a replica set says of itself. Whoever takes over reads it first: `publishedTo` and
 * `syncSent` are claims about the bus, made only after the bus has acknowledged.
 */
export class AgentJournal {
  private publishedAt = Number.NEGATIVE_INFINITY;
  private dirty = false;
  private work: AgentPhase = 'waiting';

  private constructor(
    private readonly options: AgentJournalOptions,
    private facts: AgentFacts,
  ) {}

  /**
   * Takes over from whoever was active before, and announces this agent.
   *
   * @param self what this agent is; claims about the bus are taken from the last state of the same replica set
   */
  static async takeOver(options: AgentJournalOptions, self: AgentSelf): Promise<AgentJournal> {
    const message = await options.bus.latest(options.stateTopic, agentKey(self.deployment, self.replicaSet));
    const last = message === null ? null : decodeJsonEvent(agentState, message);
    const known = last?.ok === true && last.value.replicaSetId === self.replicaSetId ? last.value : null;
    const journal = new AgentJournal(options, {
      ...self,
      serverTesting: testingOf(self.serverVersion),
      epoch: known?.epoch ?? 0,
      publishedTo: known?.publishedTo ?? null,
      syncSent: known?.syncSent ?? null,
      sync: null,
      sourceNewest: null,
    });
    await journal.flush();
    await options.publisher.event(
      agentAnnounced,
      {
        deployment: self.deployment,
        id: `${self.replicaSetId}/agent/${self.agentId}/${options.clock.now().toISOString()}`,
      },
      self,
    );
    await announceUntested(options, self);
    return journal;
  }

  get current(): AgentFacts {
    return this.facts;
  }

  /** What the agent does as long as its source can be read. */
  async working(work: AgentPhase): Promise<void> {
    this.work = work;
    await this.flush();
  }

  /**
   * @param trouble null: the source is no trouble to that user any more
   * @returns whether that is news; it is published at once then
   */
  async troubled(user: SourceUser, trouble: Trouble | null): Promise<boolean> {
    const known = this.options.trouble.of(user);
    const isNews = known?.reason !== trouble?.reason || known?.lost !== trouble?.lost;
    if (isNews) {
      this.options.trouble.note(user, trouble);
      await this.flush();
    }
    return isNews;
  }

  /** Notes a change. It reaches the bus within about a second; at once with `noteNow`. */
  async note(change: Partial<AgentFacts>): Promise<void> {
    this.change(change);
    if (this.sincePublished() >= atMostEveryMillis) {
      await this.flush();
    }
  }

  async noteNow(change: Partial<AgentFacts>): Promise<void> {
    this.change(change);
    await this.flush();
  }

  /** Publishes what was noted since the last time; now and then also that there is nothing new. */
  async beat(): Promise<void> {
    if (this.dirty || this.sincePublished() >= aliveEveryMillis) {
      await this.flush();
    }
  }

  /** Publishes what was noted since the last time. */
  async flushNotes(): Promise<void> {
    if (this.dirty) {
      await this.flush();
    }
  }

  private change(change: Partial<AgentFacts>): void {
    const { publishedTo, sourceNewest, ...facts } = { ...this.facts, ...change };
    // What was published was seen at the source, whichever member it is read from now.
    const isBehind =
      publishedTo !== null && sourceNewest !== null && compareTimestamps(sourceNewest.ts, publishedTo.ts) < 0;
    this.facts = { ...facts, publishedTo, sourceNewest: isBehind ? publishedTo : sourceNewest };
    this.dirty = true;
  }

  private sincePublished(): number {
    return this.options.clock.ticksMillis() - this.publishedAt;
  }

  /** A bus that refuses is told again with the next note or beat: what the state claims only ever becomes true later. */
  private async flush(): Promise<void> {
    const { publisher, clock, logger, trouble } = this.options;
    const { deployment, replicaSet } = this.facts;
    this.publishedAt = clock.ticksMillis();
    // Before the bus is asked: what is noted meanwhile is not in this state.
    this.dirty = false;
    const state = {
      ...this.facts,
      phase: trouble.lost === null ? this.work : ('source-unreachable' as const),
      trouble: trouble.reason,
      updatedAt: clock.now().toISOString(),
    };
    try {
      await publisher.state(agentState, agentKey(deployment, replicaSet), state);
    } catch (error) {
      this.dirty = true;
      logger.warn(
        { logId: 'agent.state-refused', deployment, replicaSet, err: error },
        'the bus refuses the state of the agent: trying again',
      );
    }
  }
}

/** Loudly, and capture goes on: only the recovery of its server is unknown, and nothing archived is lost by that. */
async function announceUntested(
  { publisher, clock, logger }: AgentJournalOptions,
  self: AgentSelf,
): Promise<void> {
  const { agentId, deployment, replicaSet, replicaSetId, serverVersion } = self;
  const testing = testingOf(serverVersion);
  const notice = untestedNotice(serverVersion);
  if (testing === 'tested' || notice === null) return;
  logger.warn(
    { logId: 'capture.version-untested', deployment, replicaSet, version: serverVersion, testing },
    notice,
  );
  await publisher.event(
    captureVersionUntested,
    { deployment, id: `${replicaSetId}/untested/${agentId}/${clock.now().toISOString()}` },
    { deployment, replicaSet, agentId, serverVersion, testing, notice },
  );
}
