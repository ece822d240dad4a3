import { openApiSchemaOf } from '@headwater/contracts';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';

/** What can be asked of a service: `POST /v1/restores` to what it takes. */
export type ApiOutline = Readonly<Record<string, TakenInput>>;

interface TakenInput {
  /** `query limit`, in the order of their letters. Headers are not among them: the router does not know them. */
  readonly parameters: readonly string[];
  /** The schema of the body; null where none is taken. */
  readonly body: unknown;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The outline of what the application really routes, with the schemas that validate it. */
export function servedOutline(app: INestApplication): ApiOutline {
  const explored = SwaggerModule.createDocument(app, new DocumentBuilder().build(), {
    standardSchemaConverter: (schema) =>
      schema instanceof z.ZodType ? { schema: openApiSchemaOf(schema) } : undefined,
  });
  return outlineOf(explored);
}

export function outlineOf(document: OpenAPIObject): ApiOutline {
  const outline: Record<string, TakenInput> = {};
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (operation !== undefined) outline[`${method.toUpperCase()} ${path}`] = inputOf(operation, document);
    }
  }
  return outline;
}

function inputOf({ parameters = [], requestBody }: Operation, document: OpenAPIObject): TakenInput {
  const named = parameters.flatMap((one) => ('in' in one && one.in !== 'header' ? [one] : []));
  const content = requestBody !== undefined && 'content' in requestBody ? requestBody.content : {};
  const schema = content['application/json']?.schema;
  return {
    parameters: named.map((one) => `${one.in} ${one.name}`).sort(),
    body: schema === undefined ? null : inOneForm(resolved(schema, document)),
  };
}

function resolved(schema: object, { components }: OpenAPIObject): unknown {
  if (!('$ref' in schema)) return schema;
  const name = String(schema.$ref).split('/').at(-1) ?? '';
  return components?.schemas?.[name];
}

/** The explorer writes a constant as an enumeration of one. */
function inOneForm(schema: unknown): unknown {
  const text = JSON.stringify(schema, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('const' in value)) return value;
    const { const: only, ...rest } = value;
    return { ...rest, enum: [only] };
  });
  return JSON.parse(text);
}
