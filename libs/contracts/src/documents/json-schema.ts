import { z } from 'zod';
import type { MessageContract } from '../catalogue/message-contract.js';
import { cloudEventHeadersSchema } from '../cloud-event.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** An example that stands as a file of its own. */
export interface Example {
  /** What it shows, as in the file's name. */
  readonly name: string;
  readonly value: unknown;
}

/** Draft 7 for messages, which most validators and AsyncAPI know; 2020-12 for OpenAPI 3.1. */
export type Draft = 'draft-7' | 'draft-2020-12';

/** What a sender may send. A reader ignores further fields, so that nothing here forbids them but where a body is strict. */
export function jsonSchemaOf(schema: z.ZodType, target: Draft): JsonObject {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, {
    target,
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
      // Ours alone: the pattern says it.
      if (jsonSchema.format === 'starts_with') delete jsonSchema.format;
      // A format says it shorter: zod's pattern of a date fills half a page.
      else if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return rest;
}

/** The headers of one type of message, extension attributes included. */
export function headersSchemaOf({ type, content }: MessageContract): JsonObject {
  const envelope = cloudEventHeadersSchema.extend({
    ce_type: z.literal(type),
    'content-type': z.literal(contentTypeOf(content)),
  });
  const own = content.kind === 'bytes' ? content.headers.shape : {};
  const extensions = Object.entries(own).map(([name, schema]) => [`ce_${name}`, schema as z.ZodType]);
  return jsonSchemaOf(envelope.extend(Object.fromEntries(extensions) as z.ZodRawShape), 'draft-7');
}

export function contentTypeOf(content: MessageContract['content']): string {
  return content.kind === 'json' ? 'application/json' : 'application/bson';
}

/** The file of one type: of its data where that is JSON, else of its headers. */
export function messageSchemaOf(contract: MessageContract, examples: readonly Example[]): JsonObject {
  const { type, says, content } = contract;
  const of = content.kind === 'json' ? 'data' : 'headers';
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `urn:headwater:${of}:${type}`,
    title: type,
    description:
      content.kind === 'json' ? says : `${says} These are its headers; its value is ${content.what}.`,
    ...(content.kind === 'json' ? jsonSchemaOf(content.schema, 'draft-7') : headersSchemaOf(contract)),
    examples: examples.map(({ value }) => value),
  };
}
