import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseConfig } from './parsing.js';
import { redacted, variableNameOf } from './origin.js';
import { flag, logLevels, oneOf, setting, text, wholeNumber } from './setting.js';

const names = [
  { name: 'HEADWATER_HOST' },
  { name: 'HEADWATER_INGEST_PORT' },
  { name: 'HEADWATER_LOG_LEVEL' },
  { name: 'HEADWATER_SLICE_MAX_AGE_SECONDS' },
  { name: 'HEADWATER_MONGODB_URI', secret: true },
  { name: 'HEADWATER_SOURCE_READS' },
] as const;

const schema = z
  .object({
    host: setting('HEADWATER_HOST', text().default('127.0.0.1'), 'Address to listen on.'),
    port: setting(
      'HEADWATER_INGEST_PORT',
      wholeNumber({ min: 0, max: 65_535 }).default(7311),
      'Port to listen on.',
    ),
    logLevel: setting('HEADWATER_LOG_LEVEL', oneOf(logLevels).default('info'), 'Least level logged.'),
    sliceMaxAgeSeconds: setting(
      'HEADWATER_SLICE_MAX_AGE_SECONDS',
      wholeNumber({ min: 1, max: 3600, unit: 'seconds' }).default(10),
      'A slice is closed at this age.',
    ),
    uri: setting('HEADWATER_MONGODB_URI', text(), 'What to protect.'),
    reads: setting('HEADWATER_SOURCE_READS', flag().optional(), 'Whether to read.'),
  })
  .superRefine(({ port, sliceMaxAgeSeconds }, context) => {
    if (sliceMaxAgeSeconds <= port || port === 0) return;
    context.addIssue({ code: 'custom', path: ['sliceMaxAgeSeconds'], message: 'must not exceed the port' });
  });

const uri = 'mongodb://root:hunter2@a.example,b.example/?replicaSet=rs0';
const parse = (environment: Record<string, string>) => parseConfig(schema, environment, 'ingest', names);

function refusal(environment: Record<string, string>): Error {
  try {
    parse(environment);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the config was accepted');
}

describe('parseConfig', () => {
  it('gives values of the right type, and the defaults of what is not set or empty', () => {
    const environment = {
      PATH: '/bin',
      HEADWATER_MONGODB_URI: uri,
      HEADWATER_INGEST_PORT: '7000',
      HEADWATER_HOST: '',
      HEADWATER_SOURCE_READS: 'false',
    };
    expect(parse(environment)).toEqual({
      host: '127.0.0.1',
      port: 7000,
      logLevel: 'info',
      sliceMaxAgeSeconds: 10,
      uri,
      reads: false,
    });
  });

  it('names a misspelt variable and the one that was meant', () => {
    const error = refusal({ HEADWATER_MONGODB_URI: uri, HEADWATER_SLICE_MAX_AGE_SECS: '5' });
    expect(error.message).toBe(
      'HEADWATER_SLICE_MAX_AGE_SECS is unknown: did you mean HEADWATER_SLICE_MAX_AGE_SECONDS?',
    );
  });

  it('names every bad variable at once, with its value and what is allowed', () => {
    const error = refusal({
      HEADWATER_INGEST_PORT: '70000',
      HEADWATER_SLICE_MAX_AGE_SECONDS: '1e3',
      HEADWATER_LOG_LEVEL: 'loud',
      HEADWATER_BANANA: '1',
    });
    expect(error).toMatchObject({ code: 'KIT-10001' });
    expect(error.message.split('\n')).toEqual([
      '5 variables of ingest are wrong:',
      '  - HEADWATER_BANANA is unknown',
      '  - HEADWATER_INGEST_PORT="70000" must be a whole number from 0 to 65535. Port to listen on.',
      '  - HEADWATER_LOG_LEVEL="loud" must be one of trace, debug, info, warn, error, fatal, silent. Least level logged.',
      '  - HEADWATER_SLICE_MAX_AGE_SECONDS="1e3" must be a whole number from 1 to 3600 (seconds). A slice is closed at this age.',
      '  - HEADWATER_MONGODB_URI is not set. What to protect.',
    ]);
  });

  it('checks relations between variables, and says which one to change', () => {
    const error = refusal({
      HEADWATER_MONGODB_URI: uri,
      HEADWATER_INGEST_PORT: '80',
      HEADWATER_SLICE_MAX_AGE_SECONDS: '90',
    });
    expect(error.message).toMatch(/^HEADWATER_SLICE_MAX_AGE_SECONDS="90" must not exceed the port/);
  });

  it('refuses a setting that no contract lists', () => {
    const unlisted = z.object({ x: setting('HEADWATER_X', text(), '') });
    expect(() => parseConfig(unlisted, {}, 'ingest', names)).toThrow('HEADWATER_X, which no contract lists');
    expect(() => parseConfig(z.object({ x: text() }), {}, 'ingest', names)).toThrow('reads no variable');
  });

  it('never shows a secret, neither in an error nor in the start-up line', () => {
    const strict = z.object({
      uri: setting('HEADWATER_MONGODB_URI', text().startsWith('mongodb+srv://', 'must begin so'), ''),
      host: setting('HEADWATER_HOST', text().max(3, 'is too long'), ''),
    });
    const attempt = () =>
      parseConfig(strict, { HEADWATER_MONGODB_URI: uri, HEADWATER_HOST: uri }, 'ingest', names);
    expect(attempt).toThrow(/HEADWATER_MONGODB_URI=\[secret\] must begin so/);
    expect(attempt).toThrow(/HEADWATER_HOST="mongodb:\/\/a\.example/);
    expect(attempt).not.toThrow(/hunter2/);

    const config = parse({ HEADWATER_MONGODB_URI: uri, HEADWATER_HOST: uri });
    expect(redacted(config)).toMatchObject({
      HEADWATER_MONGODB_URI: '[secret]',
      HEADWATER_HOST: 'mongodb://a.example,b.example/?replicaSet=rs0',
      HEADWATER_INGEST_PORT: 7311,
    });
    expect(redacted({ anything: uri })).toEqual({
      anything: 'mongodb://a.example,b.example/?replicaSet=rs0',
    });
  });

  it('remembers which variable sets a property', () => {
    const config = parse({ HEADWATER_MONGODB_URI: uri });
    expect(variableNameOf(config, 'port')).toBe('HEADWATER_INGEST_PORT');
    expect(variableNameOf({ port: 1 }, 'port')).toBe('port');
  });
});

describe('a secret from a file', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'headwater-config-'));
    writeFileSync(join(directory, 'uri'), `${uri}\n`);
    writeFileSync(join(directory, 'empty'), '\n');
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('is read without the line end', () => {
    expect(parse({ HEADWATER_MONGODB_URI_FILE: join(directory, 'uri') }).uri).toBe(uri);
  });

  it('must be readable, not empty, and the only source', () => {
    const missing = join(directory, 'none');
    expect(refusal({ HEADWATER_MONGODB_URI_FILE: missing }).message).toMatch(
      /_FILE=.*none cannot be read: ENOENT/,
    );
    expect(refusal({ HEADWATER_MONGODB_URI_FILE: join(directory, 'empty') }).message).toMatch(
      /is an empty file$/,
    );
    const both = { HEADWATER_MONGODB_URI: uri, HEADWATER_MONGODB_URI_FILE: join(directory, 'uri') };
    expect(refusal(both).message).toMatch(/both set/);
  });

  it('is offered for secrets only', () => {
    expect(refusal({ HEADWATER_MONGODB_URI: uri, HEADWATER_HOST_FILE: 'x' }).message).toMatch(
      /HEADWATER_HOST_FILE is unknown/,
    );
  });
});
