import type { z } from 'zod';
import { decodeCloudEvent, encodeCloudEvent, problemOf } from './cloud-event.js';
import type { CloudEvent, Decoded, EventCarrier } from './cloud-event.js';

/** A type of message whose data is JSON of one schema. */
export interface JsonEvent<T> {
  readonly type: string;
  readonly schema: z.ZodType<T>;
}

export interface EventContext {
  readonly id: string;
  readonly source: string;
  readonly subject: string | null;
  readonly time: Date;
}

export function defineJsonEvent<S extends z.ZodType>(type: string, schema: S): JsonEvent<z.infer<S>> {
  return { type, schema: schema as unknown as z.ZodType<z.infer<S>> };
}

export function encodeJsonEvent<T>(
  event: JsonEvent<T>,
  context: EventContext,
  data: T,
): { headers: Record<string, string>; value: Buffer } {
  return encodeCloudEvent({
    ...context,
    type: event.type,
    contentType: 'application/json',
    extensions: {},
    data: Buffer.from(JSON.stringify(data)),
  });
}

/** The data of a message that must be of this type. Unknown fields are dropped: a newer service may send more. */
export function decodeJsonEvent<T>(event: JsonEvent<T>, carrier: EventCarrier): Decoded<T> {
  const decoded = decodeCloudEvent(carrier);
  if (!decoded.ok) {
    return decoded;
  }
  return jsonDataOf(event, decoded.value);
}

/** The data of an event that is already decoded. */
export function jsonDataOf<T>(event: JsonEvent<T>, cloudEvent: CloudEvent): Decoded<T> {
  if (cloudEvent.type !== event.type) {
    return { ok: false, problem: `type is ${cloudEvent.type}, not ${event.type}` };
  }
  const json = parseJson(cloudEvent.data);
  if (!json.ok) {
    return json;
  }
  const parsed = event.schema.safeParse(json.value);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, problem: problemOf(parsed.error) };
}

function parseJson(data: Buffer): Decoded<unknown> {
  try {
    return { ok: true, value: JSON.parse(data.toString('utf8')) as unknown };
  } catch {
    return { ok: false, problem: 'data is not JSON' };
  }
}
