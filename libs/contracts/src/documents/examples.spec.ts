import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import {
  decodeCloudEvent,
  decodeOplogBatch,
  decodeSyncPart,
  jsonDataOf,
  messageCatalogue,
  oplogBatchType,
} from '../index.js';
import type { Decoded, MessageContract } from '../index.js';

type Value = Record<string, unknown>;

/** `wrong`: JSON pointer to what is. */
interface Invalid {
  wrong: string;
  value: Value;
}

const home = join(__dirname, '../..');
const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
addFormats(ajv);
ajv.addKeyword('x-grows');

/** The files of a pattern below examples/, by what each shows. */
function stored<T>(pattern: string): (readonly [string, T])[] {
  return globSync(pattern, { cwd: join(home, 'examples') })
    .sort()
    .map((file) => [
      basename(file, '.json'),
      JSON.parse(readFileSync(join(home, 'examples', file), 'utf8')) as T,
    ]);
}

const schemaFileOf = (type: string) => join(home, 'schemas', `${type}.json`);

const validatorOf = (type: string) =>
  ajv.compile(JSON.parse(readFileSync(schemaFileOf(type), 'utf8')) as object);

/** As a message of that type would be read by the code. */
function decoded({ type, content }: MessageContract, value: Value): Decoded<unknown> {
  const envelope = {
    ...{ ce_id: 'x', ce_source: '/s', ce_type: type, ce_specversion: '1.0' },
    ...{ ce_time: '2026-11-24T08:00:00Z', 'content-type': 'application/json' },
  };
  const isJson = content.kind === 'json';
  const headers = isJson ? envelope : (value as Record<string, string>);
  const event = decodeCloudEvent({ headers, value: Buffer.from(isJson ? JSON.stringify(value) : '') });
  if (!event.ok) return event;
  if (content.kind === 'json') return jsonDataOf({ type, schema: content.schema }, event.value);
  return type === oplogBatchType ? decodeOplogBatch(event.value) : decodeSyncPart(event.value);
}

function pointerOf({ instancePath, params }: ErrorObject): string {
  const { missingProperty } = params as { missingProperty?: string };
  return missingProperty === undefined ? instancePath : `${instancePath}/${missingProperty}`;
}

describe.each(messageCatalogue.map((contract) => [contract.type, contract] as const))(
  'a message %s',
  (type, contract) => {
    const validate = validatorOf(type);
    const valid = stored<Value>(`${type}/*.json`);
    const invalid = stored<Invalid>(`${type}/invalid/*.json`);

    it('has examples of both kinds', () => {
      expect(valid.length).toBeGreaterThan(0);
      expect(invalid.length).toBeGreaterThan(0);
    });

    it.each(valid)('is valid by schema and code: %s', (_name, value) => {
      validate(value);
      expect(validate.errors ?? []).toEqual([]);
      expect(decoded(contract, value)).toMatchObject({ ok: true });
    });

    it.each(valid)('may hold more than a reader knows: %s', (_name, value) => {
      const newer = { ...value, ce_added: 'later' };
      expect(validate(newer)).toBe(true);
      expect(decoded(contract, newer)).toMatchObject({ ok: true });
    });

    it.each(invalid)('is refused by schema and code, with the place: %s', (_name, { wrong, value }) => {
      validate(value);
      const pointers = (validate.errors ?? []).map(pointerOf);
      expect(pointers).toContainEqual(expect.stringMatching(new RegExp(`^${wrong}(/|$)`)));
      const name = wrong.slice(1).replaceAll('/', '\\.').replace(/^ce_/, '(ce_)?');
      expect(decoded(contract, value)).toEqual({
        ok: false,
        problem: expect.stringMatching(new RegExp(`(^|; )${name}[.:]`)) as string,
      });
    });
  },
);

describe('the examples and schemas', () => {
  it('are of messages that there are', () => {
    const types = messageCatalogue.map(({ type }) => type).sort();
    expect(readdirSync(join(home, 'examples')).sort()).toEqual(types);
    expect(types.filter((type) => !existsSync(schemaFileOf(type)))).toEqual([]);
    expect(new Set(types).size).toBe(types.length);
  });
});
