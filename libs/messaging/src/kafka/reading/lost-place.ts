import { isHeadwaterError } from '@headwater/errors';
import type { Place } from '../wire/fetching.js';
import type { KafkaConnection } from '../wire/kafka-connection.js';

/** True for the error of a place that its partition does not have: it expired, or the topic was made anew. */
export function isLostPlace(error: unknown): boolean {
  return isHeadwaterError(error) && error.details['kafka'] === 'OFFSET_OUT_OF_RANGE';
}

/**
 * Where to go on instead of a lost place: at the oldest message that is there.
 *
 * @throws `error` where it says something else.
 */
export async function positionAfterLoss(
  connection: KafkaConnection,
  { topic, partition }: Place,
  error: unknown,
): Promise<number> {
  if (!isLostPlace(error)) throw error;
  return (await connection.offsetsOf(topic, 'oldest')).get(partition) ?? 0;
}
