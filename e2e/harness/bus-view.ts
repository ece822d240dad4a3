import {
  agentKey,
  agentState,
  captureKey,
  captureState,
  decodeJsonEvent,
  headKey,
  headState,
  replicaSetKey,
  topicsOf,
  type AgentState,
  type CaptureState,
  type HeadState,
} from '@headwater/contracts';
import type { IncomingMessage } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { compareTimestamps, formatTimestamp, type OplogTimestamp } from '@headwater/oplog';
import { eventually } from '@headwater/testing';

type Encoded<T> = Parameters<typeof decodeJsonEvent<T>>[0];

/** What the services say about one replica set: the latest state of each kind. */
export class BusView {
  static async open(file: string, deployment = 'rs0', replicaSet = 'rs0'): Promise<BusView> {
    return new BusView(await EmbeddedBus.open(file), deployment, replicaSet);
  }

  private readonly topic = topicsOf().state;

  private constructor(
    private readonly bus: EmbeddedBus,
    private readonly deployment: string,
    private readonly replicaSet: string,
  ) {}

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

  /** What the bus still holds of the batches: the oldest one's offset, and their bytes. */
  async batchesHeld(): Promise<{ readonly oldest: number; readonly bytes: number }> {
    const topic = topicsOf().oplogBatches;
    const newest = await this.bus.latest(topic, replicaSetKey(this.deployment, this.replicaSet));
    if (newest === null) throw new Error('the bus holds no batch');
    const held: IncomingMessage[] = [];
    const subscription = await this.bus.consume({
      group: 'view',
      topics: [topic],
      onMessage: (message) => Promise.resolve(void held.push(message)),
    });
    const hasAll = (): boolean => (held.at(-1)?.offset ?? -1) >= newest.offset;
    await eventually(hasAll, { deadlineMs: 60_000, describe: 'the newest batch' });
    await subscription.stop();
    const bytes = held.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    return { oldest: held[0]?.offset ?? 0, bytes };
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

  private async latest<T>(event: Encoded<T>, key: string): Promise<T | null> {
    const message = await this.bus.latest(this.topic, key);
    if (message === null) return null;
    const decoded = decodeJsonEvent(event, message);
    if (!decoded.ok) throw new Error(`the state of ${key} cannot be read: ${decoded.problem}`);
    return decoded.value;
  }
}
