import {
  agentKey,
  agentState,
  captureKey,
  captureState,
  decodeJsonEvent,
  headKey,
  headState,
  replicaSetKey,
  type AgentState,
  type CaptureState,
  type HeadState,
  type Topics,
} from '@headwater/contracts';
import type { IncomingMessage, MessageBus } from '@headwater/messaging';
import { compareTimestamps, formatTimestamp, type OplogTimestamp } from '@headwater/oplog';
import { eventually } from '@headwater/testing';
import type { Pair } from './pair.js';

type Encoded<T> = Parameters<typeof decodeJsonEvent<T>>[0];

export interface HeldBatches {
  readonly count: number;
  readonly partition: number;
  /** Offset of the oldest one. */
  readonly oldest: number;
  /** Of all of them. */
  readonly bytes: number;
}

/** What the services say about one replica set: the latest state of each kind. */
export class BusView {
  static async open(
    { topics, openBus }: Pick<Pair, 'topics' | 'openBus'>,
    deployment = 'rs0',
    replicaSet = 'rs0',
  ): Promise<BusView> {
    return new BusView(await openBus(), topics, { deployment, replicaSet });
  }

  private readonly deployment: string;
  private readonly replicaSet: string;
  private looks = 0;

  private constructor(
    private readonly bus: MessageBus,
    private readonly topics: Topics,
    { deployment, replicaSet }: { readonly deployment: string; readonly replicaSet: string },
  ) {
    this.deployment = deployment;
    this.replicaSet = replicaSet;
  }

  agent(): Promise<AgentState | null> {
    return this.latest(agentState, agentKey(this.deployment, this.replicaSet));
  }

  capture(): Promise<CaptureState | null> {
    return this.latest(captureState, captureKey(this.deployment, this.replicaSet));
  }

  head(): Promise<HeadState | null> {
    return this.latest(headState, headKey(this.deployment, this.replicaSet));
  }

  /** Every entry up to it is in the store; null before the first initial sync has begun. */
  async archivedTo(): Promise<OplogTimestamp | null> {
    return (await this.capture())?.tail?.archivedTo.ts ?? null;
  }

  /** Resolves when `ts` and all before it is archived. */
  async archived(ts: OplogTimestamp, deadlineMs = 120_000): Promise<void> {
    const reached = async (): Promise<boolean> => {
      const end = await this.archivedTo();
      return end !== null && compareTimestamps(end, ts) >= 0;
    };
    await eventually(reached, { deadlineMs, describe: `the archive to reach ${formatTimestamp(ts)}` });
  }

  /** Resolves to the first order that satisfies the condition. */
  captureUntil(describe: string, condition: (capture: CaptureState) => boolean): Promise<CaptureState> {
    return this.until(describe, () => this.capture(), condition);
  }

  /** Resolves to the first state of the head that satisfies the condition. */
  headUntil(describe: string, condition: (head: HeadState) => boolean): Promise<HeadState> {
    return this.until(describe, () => this.head(), condition);
  }

  /** What the bus still holds of the batches. */
  async batchesHeld(): Promise<HeldBatches> {
    const held = await this.held(this.topics.oplogBatches, replicaSetKey(this.deployment, this.replicaSet));
    const bytes = held.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    return { count: held.length, partition: held[0]?.partition ?? 0, oldest: held[0]?.offset ?? 0, bytes };
  }

  /** The types of all events of the deployment, in their order. */
  async eventTypes(): Promise<readonly string[]> {
    const held = await this.held(this.topics.events, this.deployment);
    return held.map(({ headers }) => headers['ce_type'] ?? '');
  }

  close(): Promise<void> {
    return this.bus.close();
  }

  private until<T extends object>(
    describe: string,
    read: () => Promise<T | null>,
    condition: (state: T) => boolean,
  ): Promise<T> {
    return eventually(
      async () => {
        const state = await read();
        return state !== null && condition(state) ? state : null;
      },
      { deadlineMs: 180_000, pauseMs: 10, describe },
    );
  }

  /** All messages of a key that the bus holds. @throws Error when it holds none. */
  private async held(topic: string, key: string): Promise<readonly IncomingMessage[]> {
    const newest = await this.bus.latest(topic, key);
    if (newest === null) throw new Error(`the bus holds nothing of ${key} on ${topic}`);
    const held: IncomingMessage[] = [];
    this.looks += 1;
    const subscription = await this.bus.consume({
      group: `${topic}.view-${this.looks}`,
      topics: [topic],
      onMessage: (message) => {
        if (message.key === key) held.push(message);
        return Promise.resolve();
      },
    });
    const hasAll = (): boolean => (held.at(-1)?.offset ?? -1) >= newest.offset;
    await eventually(hasAll, { deadlineMs: 60_000, describe: 'the newest message' });
    await subscription.stop();
    return held;
  }

  private async latest<T>(event: Encoded<T>, key: string): Promise<T | null> {
    const message = await this.bus.latest(this.topics.state, key);
    if (message === null) return null;
    const decoded = decodeJsonEvent(event, message);
    if (!decoded.ok) throw new Error(`the state of ${key} cannot be read: ${decoded.problem}`);
    return decoded.value;
  }
}
