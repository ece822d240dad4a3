import { z } from 'zod';

/** A CloudEvents 1.0 event in the Kafka binding's binary mode: attributes in headers, data as it is. */
export interface CloudEvent {
  /** Deterministic: the same fact always has the same id, so that subscribers can drop a second delivery. */
  readonly id: string;
  /** Who says so: `/headwater/<service>/<instance>`. */
  readonly source: string;
  /** `io.headwater.<noun>.<fact>.v<major>`. */
  readonly type: string;
  readonly time: Date;
  readonly subject: string | null;
  readonly contentType: string;
  /** Extension attributes: lower-case letters and digits. */
  readonly extensions: Readonly<Record<string, string>>;
  readonly data: Buffer;
}

/** What the codec needs of a message, and makes of an event. */
export interface EventCarrier {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
}

export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** The headers that every message has. */
export const cloudEventHeadersSchema = z.object({
  ce_id: z.string().min(1).describe('The same fact has the same id, however often it is delivered.'),
  ce_source: z.string().min(1).describe('Who says so: `/headwater/<service>/<instance>`.'),
  ce_type: z.string().min(1),
  ce_specversion: z.literal('1.0'),
  ce_time: z.iso.datetime({ offset: true }).describe('By the clock of who says so.'),
  ce_subject: z.string().optional().describe('What it is about.'),
  'content-type': z.string().min(1),
});

const coreAttributes = new Set(Object.keys(cloudEventHeadersSchema.shape));

export function encodeCloudEvent(event: CloudEvent): { headers: Record<string, string>; value: Buffer } {
  const headers: Record<string, string> = {
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_specversion: '1.0',
    ce_time: event.time.toISOString(),
    'content-type': event.contentType,
  };
  if (event.subject !== null) {
    headers['ce_subject'] = event.subject;
  }
  for (const [name, value] of Object.entries(event.extensions)) {
    headers[`ce_${name}`] = value;
  }
  return { headers, value: event.data };
}

/** Reads a message of anybody's: whatever is wrong with it comes back as a problem, never as an exception. */
export function decodeCloudEvent(carrier: EventCarrier): Decoded<CloudEvent> {
  const parsed = cloudEventHeadersSchema.safeParse(carrier.headers);
  if (!parsed.success) {
    return { ok: false, problem: problemOf(parsed.error) };
  }
  const core = parsed.data;
  return {
    ok: true,
    value: {
      id: core.ce_id,
      source: core.ce_source,
      type: core.ce_type,
      time: new Date(core.ce_time),
      subject: core.ce_subject ?? null,
      contentType: core['content-type'],
      extensions: extensionsOf(carrier.headers),
      data: carrier.value ?? Buffer.alloc(0),
    },
  };
}

/** One line for a person: each wrong field and what is wrong with it. */
export function problemOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`).join('; ');
}

function extensionsOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const extensions: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce_') && !coreAttributes.has(name)) {
      extensions[name.slice(3)] = value;
    }
  }
  return extensions;
}
