import { murmur2 } from './wire/kafkajs-internals.js';

/** The partition of a key on a topic with so many partitions, as every other client of Kafka chooses it. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
