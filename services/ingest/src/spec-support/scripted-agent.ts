import { createHash } from 'node:crypto';
import { serialize, Timestamp } from 'bson';
import {
  agentKey,
  agentState,
  captureKey,
  captureState,
  decodeJsonEvent,
  encodeJsonEvent,
  encodeOplogBatch,
  encodeSyncPart,
  gapFound,
  replicaSetKey,
  syncBegun,
  syncSent,
  topicsOf,
} from '@headwater/contracts';
import type { CaptureState } from '@headwater/contracts';
import type { MessageBus, OutgoingMessage } from '@headwater/messaging';
import { chainId, frameBatch, previousTimestamp } from '@headwater/oplog';
import type { Position, RawEntry } from '@headwater/oplog';
import { encodePart } from '@headwater/repository';
import { eventually } from '@headwater/testing';

const topics = topicsOf();
const context = { source: '/headwater/agent/scripted', time: new Date('2026-11-24T08:00:00Z') };

/** The nth position of a made-up oplog. */
export function at(n: number, term = 1): Position {
  return { ts: { t: 1_000_000 + n, i: 1 }, term };
}

/** The nth entry of a made-up oplog. */
export function entry(n: number, text = '', term = 1): RawEntry {
  const { ts } = at(n);
  const document = { op: 'n', ns: '', o: { n, text }, ts: new Timestamp(ts), t: BigInt(term), v: 2n };
  return { bytes: Buffer.from(serialize(document)), position: at(n, term) };
}

export function entriesOf(from: number, to: number): RawEntry[] {
  return Array.from({ length: to - from }, (_, n) => entry(from + n + 1));
}

/** Says to ingest what an agent says, step by step. */
export class ScriptedAgent {
  private readonly name;

  constructor(
    private readonly bus: MessageBus,
    readonly deployment = 'd',
    readonly replicaSetId = 'a'.repeat(24),
  ) {
    this.name = { deployment, replicaSet: 'rs0', replicaSetId };
  }

  async announce(): Promise<void> {
    const key = agentKey(this.deployment, 'rs0');
    const state = {
      ...this.name,
      agentId: 'scripted',
      member: 'h:1',
      serverVersion: '6.0.5',
      fcv: '6.0',
      phase: 'waiting' as const,
      epoch: 0,
      publishedTo: null,
      syncSent: null,
      sync: null,
      sourceNewest: null,
      updatedAt: context.time.toISOString(),
    };
    await this.bus.produce(topics.state, [
      { key, ...encodeJsonEvent(agentState, this.context('state'), state) },
    ]);
  }

  /** The order that is in force, as soon as it satisfies the condition. */
  async order(
    condition: (order: CaptureState) => boolean = () => true,
    deadlineMs = 10_000,
  ): Promise<CaptureState> {
    return eventually(
      async () => {
        const message = await this.bus.latest(topics.state, captureKey(this.deployment, 'rs0'));
        const state = message === null ? null : decodeJsonEvent(captureState, message);
        return state?.ok === true && condition(state.value) ? state.value : null;
      },
      { deadlineMs, describe: 'an order' },
    );
  }

  /** Begins the ordered sync at the entry `first`. */
  async beginSync({ epoch, sync }: CaptureState, first: number, attempt = 'a1'): Promise<string> {
    const chain = chainId(at(first).ts, epoch);
    const syncId = sync?.id ?? '';
    const begun = {
      ...this.name,
      ...{ epoch, syncId, attempt, chain, beginFetching: at(first), beginApplying: at(first) },
      ...{ member: 'h:1', serverVersion: '6.0.5', fcv: '6.0' },
    };
    await this.send(topics.oplogBatches, encodeJsonEvent(syncBegun, this.context('begun'), begun));
    return chain;
  }

  /** @param said the sha256 that it is sent with, where that is not its own */
  async part({ epoch, sync }: CaptureState, part: number, attempt = 'a1', said?: string): Promise<void> {
    const bytes = encodePart({
      kind: 'catalogue',
      documents: [Buffer.from(serialize({ of: this.deployment, part }))],
    });
    const sha256 = said ?? createHash('sha256').update(bytes).digest('hex');
    const meta = { ...this.name, epoch, syncId: sync?.id ?? '', attempt, part, sha256 };
    await this.send(topics.initialSync, encodeSyncPart(meta, bytes, context));
  }

  async sent({ epoch, sync }: CaptureState, parts: number, stop: number, attempt = 'a1'): Promise<void> {
    const data = {
      ...this.name,
      epoch,
      syncId: sync?.id ?? '',
      attempt,
      stop: at(stop),
      parts,
      documents: 1,
      bytes: 1,
    };
    await this.send(topics.initialSync, encodeJsonEvent(syncSent, this.context('sent'), data));
  }

  /** The entries (from, to]. */
  async batch(
    { epoch }: Pick<CaptureState, 'epoch'>,
    chain: string,
    entries: readonly RawEntry[],
  ): Promise<void> {
    const first = entries[0]?.position ?? at(0);
    const from = { ts: previousOf(first.ts), term: first.term };
    const { header, bytes } = frameBatch(from, entries);
    const { count, sha256, range } = header;
    await this.send(
      topics.oplogBatches,
      encodeOplogBatch({ ...this.name, epoch, chain, ...range, count, sha256 }, bytes, context),
    );
  }

  async gap({ epoch }: CaptureState, chain: string, from: number, oldest: number): Promise<void> {
    const data = { ...this.name, epoch, chain, from: at(from), oldest: at(oldest) };
    await this.send(topics.oplogBatches, encodeJsonEvent(gapFound, this.context('gap'), data));
  }

  async send(topic: string, message: Omit<OutgoingMessage, 'key'>): Promise<void> {
    await this.bus.produce(topic, [{ key: replicaSetKey(this.deployment, 'rs0'), ...message }]);
  }

  private context(id: string) {
    return { ...context, id: `${this.deployment}/${id}`, subject: null };
  }
}

/** The entry before the nth is the (n-1)th; before the first of a chain lies {t, i-1}. */
function previousOf(ts: Position['ts']): Position['ts'] {
  return ts.t === firstOfChain ? previousTimestamp(ts) : { t: ts.t - 1, i: 1 };
}

/** Every scripted chain begins at entry 1. */
const firstOfChain = at(1).ts.t;
