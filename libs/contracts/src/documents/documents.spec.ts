import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { messageCatalogue, openApiOf, serviceApis, topicContracts } from '../index.js';
import type { ServiceName } from '../index.js';

const home = join(__dirname, '../..');
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(home, path), 'utf8'));

describe('asyncapi.json', () => {
  const text = readFileSync(join(home, 'asyncapi.json'), 'utf8');

  async function parsed(document: string) {
    const { document: model, diagnostics } = await new Parser().parse(document);
    // 0 is an error; the others are advice.
    const errors = (diagnostics as readonly { severity: number; message: string }[]).filter(
      ({ severity }) => severity === 0,
    );
    return { model, errors };
  }

  it('is valid, and names every topic and message', async () => {
    const { model, errors } = await parsed(text);
    expect(errors).toEqual([]);
    const addresses = model
      ?.channels()
      .all()
      .map((channel) => channel.address());
    expect(addresses).toEqual(topicContracts.map(({ name }) => name));
    const names = model
      ?.messages()
      .all()
      .map((message) => message.name());
    expect([...new Set(names)].sort()).toEqual(messageCatalogue.map(({ type }) => type).sort());
  });

  it.each([
    ['an operation that there is not', '"action": "send"', '"action": "shout"'],
    ['a message that is not there', '/messages/io.headwater.snapshot.completed.v1"', '/messages/nothing"'],
    ['a binding that is none', '"partitions": 1,', '"partitions": "one",'],
  ])('would be refused with %s', async (_what, right, wrong) => {
    const changed = text.replaceAll(right, wrong);
    expect(changed).not.toBe(text);
    expect((await parsed(changed)).errors).not.toEqual([]);
  });
});

describe('the OpenAPI documents', () => {
  const services = globSync('openapi/*.json', { cwd: home }).map((path) => basename(path, '.json'));

  it('are there for every service', () => {
    expect(services.sort()).toEqual(Object.keys(serviceApis).sort());
  });

  it('are valid OpenAPI 3.1', () => {
    const valid = { version: '3.1', valid: true, errors: [] };
    expect(validated(services)).toEqual(services.map((service) => ({ service, ...valid })));
  });

  it.each(Object.keys(serviceApis) as ServiceName[])('have what the code says of %s', (service) => {
    expect(readJson(`openapi/${service}.json`)).toEqual(openApiOf(service));
  });
});

/** In a process of its own: the validator is an ES module, which Jest's loader does not take as it is. */
function validated(services: readonly string[]): unknown {
  const program = `
    import { readFileSync } from 'node:fs';
    import { Validator } from '@seriousme/openapi-schema-validator';
    const results = [];
    for (const service of process.argv.slice(1)) {
      const validator = new Validator();
      const document = JSON.parse(readFileSync('openapi/' + service + '.json', 'utf8'));
      const { valid, errors = [] } = await validator.validate(document);
      results.push({ service, version: validator.version, valid, errors });
    }
    console.log(JSON.stringify(results));`;
  const args = ['--input-type=module', '--eval', program, ...services];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: home, encoding: 'utf8' }));
}
