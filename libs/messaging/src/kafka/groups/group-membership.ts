import type { Clock } from '@headwater/clock';
import { isHeadwaterError } from '@headwater/errors';
import { Backoff, messagingErrors, pause } from '@headwater/messaging';
import type { KafkaConnection } from '../wire/kafka-connection.js';
import type { JoinedGroup, WireBroker } from '../wire/kafkajs-internals.js';
import { Bell } from './bell.js';
import { assignmentsOf, protocolOf, slotsIn, topicsOfMembers } from './group-protocol.js';
import type { GroupSharing } from './group-protocol.js';
import { inTime } from './in-time.js';
import type { Slot } from './slot-plan.js';

export interface GroupTiming {
  /** A member that is not heard of for so long is out, and knows it by itself. In milliseconds, as the others. */
  readonly sessionMillis: number;
  readonly heartbeatMillis: number;
  /** How long the others wait for a member to join again when the group changes. */
  readonly rebalanceMillis: number;
}

export interface MembershipOptions {
  readonly connection: KafkaConnection;
  readonly clock: Clock;
  readonly group: string;
  readonly topics: readonly string[];
  readonly sharing: GroupSharing;
  readonly timing: GroupTiming;
  /** What it has not let go of. */
  holds(): readonly Slot[];
  /** The group was put in order: this is what it may hold now. Must not throw. */
  onGranted(slots: ReadonlySet<Slot>): void;
  /** It is out of the group: whatever it held may be somebody else's already. Resolves when it was let go of. */
  onLost(): Promise<void>;
  onError(error: unknown): void;
}

/** Ends by itself, mostly within a second: a group that is put in order, or whose coordinator moves. */
const passing = new Set([
  'REBALANCE_IN_PROGRESS',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
]);
const out = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

const retryMillis = 250;
const leaveMillis = 3000;

/**
 * A member of a consumer group: joins it, says every few seconds that it lives, joins again when the group changes. It
 * does so beside whatever its holder does, so a handler may take as long as it needs. One that was not heard by the
 * group for the length of a session lets go by itself, whether or not the broker can tell it.
 */
export class GroupMembership {
  private memberId = '';
  private generation = -1;
  private joined = false;
  private wantsToJoin = false;
  /** Counts how often it fell out of the group. */
  private losses = 0;
  private heardAt = 0;
  private readonly changed = new Bell();
  private readonly leaving = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: MembershipOptions) {}

  /** Resolves when the group has let it in. */
  async start(): Promise<void> {
    await this.join();
    this.running = this.run();
  }

  /** False when the group may have gone on without it: it was not heard for the length of a session. */
  get isHeard(): boolean {
    const { clock, timing } = this.options;
    // While the group is put in order, its coordinator waits for the answer to what a member asked.
    return !this.joined || clock.ticksMillis() - this.heardAt <= timing.sessionMillis;
  }

  /** Has the group put in order again: something was let go of. */
  rejoin(): void {
    this.wantsToJoin = true;
    this.changed.ring();
  }

  /** `next` is where the group goes on, by topic and partition; undefined where it never committed. */
  async committed(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const { group } = this.options;
    const topics = [{ topic, partitions: partitions.map((partition) => ({ partition })) }];
    const { responses } = await this.ask(
      (broker) => broker.offsetFetch({ groupId: group, topics }),
      `the commits of ${group} were asked for`,
    );
    const found = responses.flatMap((each) => each.partitions);
    return new Map(
      found
        .filter(({ offset }) => Number(offset) >= 0)
        .map(({ partition, offset }) => [partition, Number(offset)] as const),
    );
  }

  /**
   * @param next where the group is to go on
   * @throws messagingErrors.assignmentEnded when it fell out of the group
   */
  async commit(topic: string, partition: number, next: number): Promise<void> {
    const { group } = this.options;
    const { losses } = this;
    const topics = [{ topic, partitions: [{ partition, offset: String(next) }] }];
    for (;;) {
      await this.untilJoined(losses);
      const { generation, memberId } = this;
      try {
        const request = { groupId: group, memberId, groupGenerationId: generation, topics };
        await this.ask((broker) => broker.offsetCommit(request), `committing ${topic} ${partition}`);
        return;
      } catch (error) {
        const type = kafkaErrorOf(error);
        if (type !== 'REBALANCE_IN_PROGRESS' && !out.has(type ?? '')) throw error;
        // The group changes, or has changed without it: it joins again and finds out.
        if (this.generation === generation && this.losses === losses) {
          this.joined = false;
          this.rejoin();
        }
      }
    }
  }

  /** The next one takes over at once. A broker that does not answer finds out when the session is over. */
  async leave(): Promise<void> {
    const { clock, connection, group } = this.options;
    const wasJoining = !this.joined;
    this.leaving.abort();
    this.changed.ring();
    // A request to join is answered when all others have joined, and holds up what comes behind it.
    if (wasJoining) connection.reset();
    await this.running;
    const { memberId } = this;
    if (memberId === '') return;
    const left = this.ask((broker) => broker.leaveGroup({ groupId: group, memberId }), `leaving ${group}`);
    await inTime(clock, leaveMillis, left, `leaving ${group}`).catch(() => undefined);
    this.memberId = '';
  }

  private async run(): Promise<void> {
    const backoff = new Backoff(this.options.clock);
    while (!this.leaving.signal.aborted) {
      try {
        if (!this.joined) await this.join();
        backoff.succeeded();
        await this.beat();
      } catch (error) {
        await this.failed(error, backoff);
      }
    }
  }

  private async join(): Promise<void> {
    const { clock, group, topics, sharing, timing } = this.options;
    const { sessionMillis, rebalanceMillis } = timing;
    this.joined = false;
    this.wantsToJoin = false;
    const claim = { holds: this.options.holds(), generation: this.generation };
    const request = {
      groupId: group,
      memberId: this.memberId,
      sessionTimeout: sessionMillis,
      rebalanceTimeout: rebalanceMillis,
      groupProtocols: [protocolOf(sharing, topics, claim)],
    };
    const asked = this.ask((broker) => broker.joinGroup(request), `joining ${group}`);
    const joining = await inTime(clock, rebalanceMillis + sessionMillis, asked, `joining ${group}`);
    const { memberId, generationId } = joining;
    this.memberId = memberId;
    const groupAssignment = await this.assignmentsOf(joining);
    const { memberAssignment } = await this.ask(
      (broker) => broker.syncGroup({ groupId: group, memberId, generationId, groupAssignment }),
      `joining ${group}`,
    );
    this.generation = generationId;
    this.heardAt = clock.ticksMillis();
    this.joined = true;
    this.changed.ring();
    this.options.onGranted(slotsIn(sharing, memberAssignment));
  }

  /** The leader says who gets what; nobody else says anything. */
  private async assignmentsOf({ memberId, leaderId, members }: JoinedGroup) {
    if (memberId !== leaderId) return [];
    const { connection, sharing } = this.options;
    const counts = new Map<string, number>();
    for (const topic of topicsOfMembers(members)) counts.set(topic, await connection.partitionsOf(topic));
    return assignmentsOf(sharing, members, counts);
  }

  /** Until the group is to be joined again. */
  private async beat(): Promise<void> {
    const { clock, group, timing } = this.options;
    for (;;) {
      await this.pauseOrChange(timing.heartbeatMillis);
      if (this.leaving.signal.aborted) return;
      if (this.wantsToJoin) break;
      const { memberId, generation: groupGenerationId } = this;
      const asked = this.ask(
        (broker) => broker.heartbeat({ groupId: group, memberId, groupGenerationId }),
        `staying in ${group}`,
      );
      const left = timing.sessionMillis - (clock.ticksMillis() - this.heardAt);
      await inTime(clock, Math.max(left, 1000), asked, `staying in ${group}`);
      this.heardAt = clock.ticksMillis();
    }
    this.joined = false;
  }

  private async failed(error: unknown, backoff: Backoff): Promise<void> {
    const { clock, connection, timing } = this.options;
    if (this.leaving.signal.aborted) return;
    const type = kafkaErrorOf(error) ?? '';
    if (type === 'REBALANCE_IN_PROGRESS') {
      this.joined = false;
      return;
    }
    const isOver = clock.ticksMillis() - this.heardAt > timing.sessionMillis;
    if (out.has(type) || isOver) await this.lose();
    if (out.has(type)) return;
    if (type === '') connection.reset();
    if (!passing.has(type)) this.options.onError(error);
    backoff.failed();
    // The session goes on meanwhile: a member that holds something does not wait long for its next word.
    const holds = this.options.holds().length > 0;
    await pause(
      clock,
      holds ? Math.min(retryMillis, backoff.remaining) : backoff.remaining,
      this.leaving.signal,
    );
  }

  private async lose(): Promise<void> {
    this.memberId = '';
    this.generation = -1;
    this.joined = false;
    this.losses += 1;
    this.changed.ring();
    await this.options.onLost();
  }

  private async untilJoined(losses: number): Promise<void> {
    while (!this.joined || this.losses !== losses) {
      if (this.losses !== losses || this.leaving.signal.aborted) {
        throw messagingErrors.assignmentEnded(`group ${this.options.group} went on without this consumer`);
      }
      await this.changed.heard;
    }
  }

  private async pauseOrChange(millis: number): Promise<void> {
    const enough = new AbortController();
    const either = AbortSignal.any([enough.signal, this.leaving.signal]);
    if (!this.wantsToJoin) {
      await Promise.race([pause(this.options.clock, millis, either), this.changed.heard]);
    }
    enough.abort();
  }

  private ask<T>(act: (broker: WireBroker) => Promise<T>, what: string): Promise<T> {
    return this.options.connection.onCoordinator(this.options.group, act, what);
  }
}

function kafkaErrorOf(error: unknown): string | undefined {
  const type = isHeadwaterError(error) ? error.details['kafka'] : undefined;
  return typeof type === 'string' ? type : undefined;
}
