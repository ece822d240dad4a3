import { encodeOplogBatch, replicaSetKey, type CaptureState } from '@headwater/contracts';
import { systemClock } from '@headwater/clock';
import type { OutgoingMessage } from '@headwater/messaging';
import { frameBatch, type RawEntry } from '@headwater/oplog';

/**
 * The batch that an agent would publish next under an order, with one bit of it turned over on its way.
 *
 * @param entries that follow what the order says is archived
 */
export function damagedBatch(order: CaptureState, entries: readonly RawEntry[]): OutgoingMessage {
  const { deployment, replicaSet, replicaSetId, epoch, tail } = order;
  if (tail === null) throw new Error('nothing is archived yet');
  const { header, bytes } = frameBatch(tail.archivedTo, entries);
  const { range, count, sha256 } = header;
  const identity = { deployment, replicaSet, replicaSetId, epoch, chain: tail.chain };
  const message = encodeOplogBatch({ ...identity, ...range, count, sha256 }, bytes, {
    source: '/headwater/e2e',
    time: systemClock.now(),
  });
  const value = Buffer.from(message.value);
  const middle = Math.floor(value.length / 2);
  value.writeUInt8(value.readUInt8(middle) ^ 0x10, middle);
  return { key: replicaSetKey(deployment, replicaSet), headers: message.headers, value };
}
