import {
  agentKey,
  agentState,
  captureKey,
  captureState,
  decodeCloudEvent,
  decodeJsonEvent,
  decodeOplogBatch,
  decodeSyncPart,
  encodeJsonEvent,
  oplogBatchType,
  syncPartType,
  topicsOf,
} from '@headwater/contracts';
import type {
  AgentState,
  CaptureState,
  CloudEvent,
  JsonEvent,
  OplogBatchMeta,
  SyncPartMeta,
} from '@headwater/contracts';
import type { MessageBus, Subscription } from '@headwater/messaging';

const topics = topicsOf();

/** Gives orders by hand and remembers everything that agents send, in the order of each topic. */
export class ScriptedIngest {
  readonly tail: CloudEvent[] = [];
  readonly sync: CloudEvent[] = [];
  readonly events: CloudEvent[] = [];
  /** Every state of the agent, the oldest first. */
  readonly states: AgentState[] = [];
  private readonly subscriptions: Subscription[] = [];
  private last: CaptureState;

  private constructor(
    private readonly bus: MessageBus,
    readonly replicaSetId: string,
    readonly deployment: string,
  ) {
    this.last = {
      ...{ deployment, replicaSet: 'rs0', replicaSetId, epoch: 1, order: 'none', tail: null, sync: null },
      ...{ reason: 'spec', updatedAt: '2026-11-24T08:00:00.000Z' },
    };
  }

  static async start(bus: MessageBus, replicaSetId: string, deployment = 'rs0'): Promise<ScriptedIngest> {
    const ingest = new ScriptedIngest(bus, replicaSetId, deployment);
    await ingest.listen(topics.oplogBatches, ingest.tail);
    await ingest.listen(topics.initialSync, ingest.sync);
    await ingest.listen(topics.events, ingest.events);
    const keyPrefix = agentKey(deployment, 'rs0');
    const onValue = (message: Parameters<Parameters<MessageBus['watch']>[0]['onValue']>[0]) => {
      const state = decodeJsonEvent(agentState, message);
      if (state.ok) {
        ingest.states.push(state.value);
      }
    };
    ingest.subscriptions.push(await bus.watch({ topic: topics.state, keyPrefix, onValue }));
    return ingest;
  }

  /** What is given is put to what was in force. */
  async order(change: Partial<CaptureState>): Promise<CaptureState> {
    this.last = { ...this.last, ...change };
    const { deployment, replicaSet } = this.last;
    const context = { id: 'order', source: '/headwater/ingest/scripted', subject: null, time: new Date(0) };
    await this.bus.produce(topics.state, [
      { key: captureKey(deployment, replicaSet), ...encodeJsonEvent(captureState, context, this.last) },
    ]);
    return this.last;
  }

  get agent(): AgentState | null {
    return this.states.at(-1) ?? null;
  }

  get batches(): readonly OplogBatchMeta[] {
    return this.tail
      .filter(({ type }) => type === oplogBatchType)
      .flatMap((event) => valuesOf(decodeOplogBatch(event)));
  }

  get parts(): readonly SyncPartMeta[] {
    return this.sync
      .filter(({ type }) => type === syncPartType)
      .flatMap((event) => valuesOf(decodeSyncPart(event)));
  }

  /** The data of every event of that type on the topics of agents. */
  said<T>(event: JsonEvent<T>): readonly T[] {
    return [...this.tail, ...this.sync, ...this.events]
      .filter(({ type }) => type === event.type)
      .map(({ data }) => event.schema.parse(JSON.parse(data.toString())));
  }

  async stop(): Promise<void> {
    await Promise.all(this.subscriptions.splice(0).map((subscription) => subscription.stop()));
  }

  private async listen(topic: string, into: CloudEvent[]): Promise<void> {
    this.subscriptions.push(
      await this.bus.consume({
        group: `scripted-ingest.${topic}`,
        topics: [topic],
        onMessage: async (message, delivery) => {
          into.push(...valuesOf(decodeCloudEvent(message)));
          await delivery.commit();
        },
      }),
    );
  }
}

function valuesOf<T>(decoded: { ok: true; value: T } | { ok: false }): T[] {
  return decoded.ok ? [decoded.value] : [];
}
