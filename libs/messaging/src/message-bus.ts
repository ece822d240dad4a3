import type { IncomingMessage, OutgoingMessage } from './message.js';

/**
 * The time in which one consumer holds what its group hands out: everything that it asked for, or one partition of it
 * where the group shares by partition. The same object in all handlers.
 */
export interface Assignment {
  /** The partitions of every topic that it is about. */
  readonly partitions: readonly number[];
  /** Whether messages with this key belong to it, on any of its topics. */
  owns(key: string): boolean;
  /**
   * Whether nobody else can have it, as far as is known here: also while it ends in order, until `onRevoked` has
   * returned; false from then on, and as soon as the group may have gone on without this consumer. No fence: it can be
   * lost at any moment.
   */
  readonly isHeld: boolean;
  /**
   * Commits `offset` and all before it on that partition. Durable when it resolves; an offset below what the group
   * has committed changes nothing.
   *
   * @throws messagingErrors.assignmentEnded once the assignment is over: whoever follows gets the message again.
   * @throws messagingErrors.invalidCommit for a topic that was not asked for, or an offset that was never produced.
   */
  commit(topic: string, partition: number, offset: number): Promise<void>;
  /** Aborted when the assignment begins to end: by `stop`, by `close`, or because it goes, or went, to another consumer. */
  readonly signal: AbortSignal;
}

export interface Delivery {
  /** Commits this message and all before it on its partition, as `Assignment.commit`. */
  commit(): Promise<void>;
  /** That of the assignment. */
  readonly signal: AbortSignal;
}

export interface ConsumeOptions {
  /** Who consumes. */
  readonly group: string;
  /**
   * `one-active` (the default): one consumer of the group is active at a time, whatever topics each of them asks for;
   * it has one assignment. `by-partition`: the partitions are spread over the consumers of the group, each an
   * assignment of its own: partition n of all topics goes to the same consumer, and stays with it where it can. All
   * consumers of a group say the same.
   *
   * An assignment goes to another consumer once the first has let go of it; one that is not heard of, or frozen, loses
   * it without that: assignments save double work and are no fence.
   */
  readonly sharing?: 'one-active' | 'by-partition';
  /**
   * At least one, each once. A topic that nobody has produced to yet is empty. Topics that are shared by partition have
   * the same number of partitions.
   */
  readonly topics: readonly string[];
  /**
   * Awaited before the first message of every assignment; what it commits counts for where delivery starts.
   * Delivery starts after the group's last commit, at the oldest message that is there where it never committed.
   * A throw goes to `onError` and it is called again after a delay, before any message.
   */
  onAssigned?(assignment: Assignment): Promise<void>;
  /**
   * Where it is left out nothing is read: the group decides who is assigned, no more.
   *
   * Awaited, one message at a time in the whole subscription, in order within a partition; topics take turns.
   * To return is to accept: only `commit` keeps a message from being delivered again to the next assignment.
   * A throw goes to `onError` and the same message is delivered again after a delay (0.1 s doubling to 5 s): nothing
   * is skipped. Other topics go on meanwhile.
   */
  onMessage?(message: IncomingMessage, delivery: Delivery): Promise<void>;
  /** Awaited when an assignment ends whose `onAssigned` had returned, after the running handler. Nothing of it is delivered later. */
  onRevoked?(assignment: Assignment): Promise<void>;
  /** What the handlers above threw, and failures to read from the bus; each is tried again after a delay. It must not throw. */
  onError?(error: unknown): void;
}

export interface Subscription {
  /** True while messages may be delivered: a consumer that stands by is not active, nor is a stopped one. */
  readonly active: boolean;
  /**
   * No further message is delivered; resolves when the running handler and `onRevoked` have returned and the group
   * is left. Commits stay possible until then. May be called again. Awaiting it inside a handler of the same
   * subscription never ends.
   */
  stop(): Promise<void>;
}

export interface WatchOptions {
  readonly topic: string;
  /** Only keys that begin with it; '' takes every key. */
  readonly keyPrefix: string;
  /** Awaited, one message at a time. A throw goes to `onError` and the same message is delivered again after a delay. */
  onValue(message: IncomingMessage): void | Promise<void>;
  /** As `ConsumeOptions.onError`. */
  onError?(error: unknown): void;
}

/**
 * A set of named, ordered, durable logs.
 *
 * Every call throws messagingErrors.closed after `close`, and the adapter's errors where the bus does not answer.
 */
export interface MessageBus {
  /**
   * Appends messages to a topic in the order given. Messages of one key are all appended or none; durable when it
   * resolves. The embedded bus makes a topic that is new, and appends all of a call or none; on Kafka the topic must
   * be there, and what is all or none is the messages of one partition. Calls of one bus on one topic take effect in the order they were made. When it rejects, the
   * messages may still have been appended, or be appended later (the answer was lost): who must not write twice asks `latest` first.
   *
   * @throws messagingErrors.invalidTopic, invalidMessage, valueTooLarge before anything is appended.
   */
  produce(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  /**
   * Joins a group. Resolves when joined, active or standing by. When the active consumer stops or dies, one that
   * stands by takes over.
   *
   * @throws messagingErrors.invalidTopic, invalidGroup.
   */
  consume(options: ConsumeOptions): Promise<Subscription>;
  /**
   * Delivers the latest message of every key with the prefix, ascending by offset, then every later message of such
   * keys, in order. Resolves when what was there at the call has been delivered. Keys whose latest message is a
   * tombstone are left out of the beginning; later tombstones are delivered. On a compacted topic a message that a
   * later one of its key has replaced may be left out. No group, no commit.
   */
  watch(options: WatchOptions): Promise<Subscription>;
  /** The latest message of a key, of everything that was durable at the call; null where there is none or it is a tombstone. */
  latest(topic: string, key: string): Promise<IncomingMessage | null>;
  /** Stops all subscriptions, as their `stop`, lets begun calls end, and lets go of everything. May be called again. */
  close(): Promise<void>;
}
