import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { problemMediaType } from './problem.js';

export interface OpenApiOptions {
  readonly title?: string;
  readonly description?: string;
}

const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().optional(),
    solution: z.string().optional(),
    retryable: z.boolean().optional(),
    errors: z.array(z.object({ in: z.string(), pointer: z.string(), message: z.string() })).optional(),
  })
  .describe('RFC 9457 problem details; an error may add members of its own.');

/** `/docs` for people, `/docs-json` for machines, both from the schemas that validate the requests. */
export function serveOpenApi(app: INestApplication, service: string, options: OpenApiOptions): void {
  const outline = new DocumentBuilder()
    .setTitle(options.title ?? `Headwater ${service}`)
    .setDescription(options.description ?? '')
    .setVersion('1')
    .build();
  const document = (): OpenAPIObject =>
    withProblems(SwaggerModule.createDocument(app, outline, { standardSchemaConverter: convert }));
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs-json' });
}

function convert(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) {
  return schema instanceof z.ZodType ? { schema: jsonSchemaOf(schema, schemaType) } : undefined;
}

function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output') {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // A format says it shorter: zod's pattern of a date fills half a page.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
}

/** Every operation may answer with a problem. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  const problem = { $ref: '#/components/schemas/Problem' };
  const answer = { description: 'Problem', content: { [problemMediaType]: { schema: problem } } };
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.put, path.post, path.delete, path.patch]) {
      if (operation !== undefined) operation.responses['default'] ??= answer;
    }
  }
  const schemas = { ...document.components?.schemas, Problem: jsonSchemaOf(problemSchema, 'output') };
  return { ...document, components: { ...document.components, schemas } } as OpenAPIObject;
}
