import type { z } from 'zod';
import type { JsonEvent } from '../json-event.js';
import type { Topics } from '../topics.js';

export type ServiceName =
  'agent' | 'ingest' | 'snapshot-builder' | 'shard-coordinator' | 'restore' | 'alerting';

/** A type of message, as somebody who does not know our code needs it. */
export interface MessageContract {
  /** `io.headwater.<noun>.<fact>.v<major>`; also the name of its schema and of its examples. */
  readonly type: string;
  readonly topic: keyof Topics;
  /** Who publishes it. */
  readonly writers: readonly ServiceName[];
  /** What it says, in a sentence or two. */
  readonly says: string;
  /** The key of its message: its form, and one that is written out. */
  readonly key: { readonly form: string; readonly example: string };
  readonly content:
    | { readonly kind: 'json'; readonly schema: z.ZodType }
    /** Bytes as they are; what is to be known of them stands in extension attributes. */
    | { readonly kind: 'bytes'; readonly what: string; readonly headers: z.ZodObject };
}

type Described = Pick<MessageContract, 'writers' | 'says'>;

/** Everything on the events topic is told per deployment, in the order in which one writer said it. */
export function eventContract<T>(event: JsonEvent<T>, described: Described): MessageContract {
  const key = { form: '<deployment>', example: 'shop' };
  return { ...described, ...jsonOf(event), topic: 'events', key };
}

/** @param kind first word of the key: one writer a kind */
export function stateContract<T>(
  event: JsonEvent<T>,
  kind: string,
  { of, example, ...described }: Described & { readonly of: string; readonly example: string },
): MessageContract {
  const key = { form: `${kind}${of}`, example: `${kind}${example}` };
  return { ...described, ...jsonOf(event), topic: 'state', key };
}

const replicaSetKeyForm = { form: '<deployment>/<replica set>', example: 'shop/rs0' };

/** In order with everything else of its replica set on that topic. */
export function dataContract<T>(
  event: JsonEvent<T>,
  topic: 'oplogBatches' | 'initialSync',
  described: Described,
): MessageContract {
  return { ...described, ...jsonOf(event), topic, key: replicaSetKeyForm };
}

export function bytesContract(
  type: string,
  topic: 'oplogBatches' | 'initialSync',
  { what, headers, ...described }: Described & { readonly what: string; readonly headers: z.ZodObject },
): MessageContract {
  return { ...described, type, topic, key: replicaSetKeyForm, content: { kind: 'bytes', what, headers } };
}

function jsonOf<T>({ type, schema }: JsonEvent<T>): Pick<MessageContract, 'type' | 'content'> {
  return { type, content: { kind: 'json', schema } };
}
