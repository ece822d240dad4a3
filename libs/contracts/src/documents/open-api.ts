import { z } from 'zod';
import type { ServiceName } from '../catalogue/message-contract.js';
import { listSchema } from '../rest/page.js';
import { problemMediaType } from '../rest/problem.js';
import { restBodies } from '../rest/routes/rest-bodies.js';
import type { RestBodyName } from '../rest/routes/rest-bodies.js';
import type { AnswerContract, RouteContract } from '../rest/routes/route-contract.js';
import { serviceApis } from '../rest/routes/service-api.js';
import { jsonSchemaOf } from './json-schema.js';
import type { JsonObject } from './json-schema.js';

/** The major version of the routes, as in their paths. */
const version = '1';

/** What a service serves, as an OpenAPI 3.1 document. */
export function openApiOf(service: ServiceName): JsonObject {
  const { title, says, routes } = serviceApis[service];
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title, description: says, version },
    paths,
    components: { schemas: schemasOf(routes) },
  };
}

/** A schema as it stands in these documents. */
export function openApiSchemaOf(schema: z.ZodType): JsonObject {
  return jsonSchemaOf(schema, 'draft-2020-12');
}

function operationOf(route: RouteContract): JsonObject {
  const { path, says, body, answers, problems = {} } = route;
  return {
    summary: says,
    tags: [path.split('/').find((word) => word !== '' && word !== 'v1') ?? ''],
    parameters: parametersOf(route),
    ...(body === undefined ? {} : { requestBody: { required: true, content: jsonOf(refTo(body)) } }),
    responses: {
      ...mapValues(answers, responseOf),
      ...mapValues(problems, problemResponse),
      default: problemResponse('A problem.'),
    },
  };
}

function parametersOf({ parameters = {} }: RouteContract): JsonObject[] {
  return Object.entries(parameters).flatMap(([place, schema]) => {
    const { properties = {}, required = [] } = openApiSchemaOf(schema) as {
      properties?: Record<string, JsonObject>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, { description, ...rest }]) => ({
      name,
      in: place,
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }));
  });
}

function responseOf({ says, body, headers }: AnswerContract): JsonObject {
  return {
    description: says,
    ...(headers === undefined ? {} : { headers: mapValues(headers, headerOf) }),
    content: contentOf(body),
  };
}

function contentOf(body: AnswerContract['body']): JsonObject {
  if (typeof body === 'string') return jsonOf(refTo(body));
  if ('text' in body) return { [body.text]: { schema: { type: 'string' } } };
  const list = openApiSchemaOf(listSchema(z.unknown())) as { properties: JsonObject };
  const items = { type: 'array', items: refTo(body.listOf) };
  return jsonOf({ ...list, properties: { ...list.properties, items } });
}

function headerOf(description: string): JsonObject {
  return { description, schema: { type: 'string' } };
}

function problemResponse(description: string): JsonObject {
  return { description, content: { [problemMediaType]: { schema: refTo('Problem') } } };
}

/** The bodies that the routes speak of. */
function schemasOf(routes: readonly RouteContract[]): JsonObject {
  const named = routes.flatMap(({ body, answers }) => [
    ...(body === undefined ? [] : [body]),
    ...Object.values(answers).flatMap((answer) => bodyNamesOf(answer.body)),
  ]);
  const names = [...new Set<RestBodyName>([...named, 'Problem'])].sort();
  return Object.fromEntries(names.map((name) => [name, openApiSchemaOf(restBodies[name])]));
}

function bodyNamesOf(body: AnswerContract['body']): RestBodyName[] {
  if (typeof body === 'string') return [body];
  return 'listOf' in body ? [body.listOf] : [];
}

function refTo(name: RestBodyName): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonOf(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } };
}

function mapValues<T>(
  values: Readonly<Record<string | number, T>>,
  make: (value: T) => JsonObject,
): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value)]));
}
