import type { IncomingMessage } from '@headwater/messaging';
import type { WireMessage } from './kafkajs-internals.js';

/** Where a partition was read, and what was found. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** What is there ends below it. */
  readonly end: number;
  /** From the offset that was asked for, ascending. */
  readonly messages: readonly IncomingMessage[];
  /** Where to go on. */
  readonly next: number;
}

/** Control records of transactions are left out; what others produced without a key has the key ''. */
export function incomingOf(topic: string, partition: number, wire: WireMessage): IncomingMessage {
  return {
    topic,
    partition,
    offset: Number(wire.offset),
    key: wire.key?.toString() ?? '',
    headers: Object.fromEntries(
      Object.entries(wire.headers).map(([name, value]) => [name, textOf(value)] as const),
    ),
    value: wire.value,
    at: new Date(Number(wire.timestamp)),
  };
}

/** A header that is there more than once counts by its last value. */
function textOf(value: Buffer | readonly Buffer[] | null): string {
  const last = Buffer.isBuffer(value) ? value : value?.at(-1);
  return last?.toString() ?? '';
}
