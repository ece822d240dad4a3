import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { busSettings, checkBus } from './bus-settings.js';
import { redacted } from './origin.js';
import { parseConfig } from './parsing.js';

const schema = z.object(busSettings).superRefine(checkBus);
const parse = (environment: Record<string, string>) => parseConfig(schema, environment, 'ingest');
const kafka = { HEADWATER_BUS: 'kafka', HEADWATER_KAFKA_BROKERS: 'a.example:9092, [::1]:9093' };

describe('the settings of the bus', () => {
  it('need a file for the embedded one, and nothing of Kafka', () => {
    expect(parse({ HEADWATER_BUS_FILE: '/srv/bus' })).toMatchObject({ bus: 'embedded', busFile: '/srv/bus' });
    expect(() => parse({})).toThrow('HEADWATER_BUS_FILE=(not set) is needed with HEADWATER_BUS=embedded');
  });

  it('need brokers for Kafka, and no file', () => {
    expect(parse(kafka)).toMatchObject({
      bus: 'kafka',
      kafkaBrokers: ['a.example:9092', '[::1]:9093'],
      kafkaTopics: 'manage',
      kafkaReplicas: 3,
      kafkaTls: false,
    });
    expect(() => parse({ HEADWATER_BUS: 'kafka' })).toThrow(
      'HEADWATER_KAFKA_BROKERS=(not set) is needed with HEADWATER_BUS=kafka',
    );
  });

  it.each(['a.example', 'kafka://a:9092', 'a:9092,', 'a:70000', 'a b:1'])(
    'refuse the broker %j',
    (broker) => {
      expect(() => parse({ ...kafka, HEADWATER_KAFKA_BROKERS: broker })).toThrow('must be host:port');
    },
  );

  it.each([
    [{ SASL_MECHANISM: 'plain', USERNAME: 'u' }, 'KAFKA_PASSWORD=(not set) is needed with'],
    [{ SASL_MECHANISM: 'plain', PASSWORD: 'p' }, 'KAFKA_USERNAME=(not set) is needed with'],
    [{ USERNAME: 'u', PASSWORD: 'p' }, 'KAFKA_SASL_MECHANISM=(not set) is needed with'],
    [{ TLS: 'true', CERTIFICATE_FILE: '/c' }, 'KAFKA_KEY_FILE=(not set) is needed with'],
    [{ TLS: 'true', KEY_FILE: '/k' }, 'KAFKA_CERTIFICATE_FILE=(not set) is needed with'],
    [{ CA_FILE: '/ca' }, 'must be true where certificates are named'],
    [{ SASL_MECHANISM: 'gssapi' }, 'must be one of plain, scram-sha-256, scram-sha-512'],
  ])('refuse half of a login or of a certificate: %j', (some, said) => {
    const named = Object.entries(some).map(([name, value]) => [`HEADWATER_KAFKA_${name}`, value]);
    expect(() => parse({ ...kafka, ...(Object.fromEntries(named) as Record<string, string>) })).toThrow(said);
  });

  it('take the password from a file, and never show it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'headwater-settings-'));
    const file = join(directory, 'password');
    writeFileSync(file, 'hunter2\n');
    try {
      const config = parse({
        ...kafka,
        HEADWATER_KAFKA_SASL_MECHANISM: 'scram-sha-512',
        HEADWATER_KAFKA_USERNAME: 'ingest',
        HEADWATER_KAFKA_PASSWORD_FILE: file,
      });
      expect(config.kafkaPassword).toBe('hunter2');
      expect(JSON.stringify(redacted(config))).not.toContain('hunter2');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
