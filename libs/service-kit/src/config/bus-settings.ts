import type { z } from 'zod';
import { faultRates } from '../ports/fault-rates.js';
import { flag, oneOf, setting, text, wholeNumber } from './setting.js';

/** A host name, an IPv4 address, or an IPv6 address in brackets, and a port. */
const brokerForm = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/;

/** Which bus, for every service, and what goes wrong in a rehearsal. `checkBus` holds its relations. */
export const busSettings = {
  bus: setting(
    'HEADWATER_BUS',
    oneOf(['embedded', 'kafka']).default('embedded'),
    'Kind of bus: a file for the services of one host, or Kafka.',
  ),
  busFile: setting('HEADWATER_BUS_FILE', text().optional(), 'File of the embedded bus.'),
  busKeptMib: setting(
    'HEADWATER_BUS_KEPT_MIB',
    wholeNumber({ min: 1, max: 1_048_576, unit: 'MiB' }).default(64),
    'What has been read by all who read it stays on each topic of the bus file up to this size.',
  ),
  busLimitMib: setting(
    'HEADWATER_BUS_LIMIT_MIB',
    wholeNumber({ min: 256, max: 16_777_216, unit: 'MiB' }).default(8192),
    'At this size the bus file takes no more: agents hold until it has been read.',
  ),
  kafkaBrokers: setting(
    'HEADWATER_KAFKA_BROKERS',
    text()
      .transform((list) => list.split(',').map((broker) => broker.trim()))
      .refine((brokers) => brokers.every(isBroker), 'must be host:port, several with commas between them')
      .optional(),
    'Brokers by which the Kafka cluster is found.',
  ),
  kafkaTopics: setting(
    'HEADWATER_KAFKA_TOPICS',
    oneOf(['manage', 'verify']).default('manage'),
    'Whether topics that are not there are made, or only looked at. None that is there is ever changed.',
  ),
  kafkaReplicas: setting(
    'HEADWATER_KAFKA_REPLICAS',
    wholeNumber({ min: 1, max: 15, unit: 'brokers' }).default(3),
    'How many brokers hold each message; all but one of them acknowledge it.',
  ),
  kafkaTls: setting('HEADWATER_KAFKA_TLS', flag().default(false), 'Whether Kafka is reached by TLS.'),
  kafkaCaFile: setting(
    'HEADWATER_KAFKA_CA_FILE',
    text().optional(),
    'PEM file of the authority of the brokers’ certificates, trusted in place of the public ones.',
  ),
  kafkaCertificateFile: setting(
    'HEADWATER_KAFKA_CERTIFICATE_FILE',
    text().optional(),
    'PEM file of the certificate by which the service proves itself.',
  ),
  kafkaKeyFile: setting('HEADWATER_KAFKA_KEY_FILE', text().optional(), 'PEM file of its private key.'),
  kafkaSaslMechanism: setting(
    'HEADWATER_KAFKA_SASL_MECHANISM',
    oneOf(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
    'How the service logs in; without it there is no login.',
  ),
  kafkaUsername: setting('HEADWATER_KAFKA_USERNAME', text().optional(), 'Who logs in.'),
  kafkaPassword: setting('HEADWATER_KAFKA_PASSWORD', text().optional(), 'Password of the login.'),
  topicPrefix: setting('HEADWATER_TOPIC_PREFIX', text().default('headwater'), 'First word of every topic.'),
  faults: setting(
    'HEADWATER_FAULTS',
    faultRates().optional(),
    'For rehearsals: calls of the store and the bus fail on purpose. Never set it where backups count.',
  ),
};

interface BusValues {
  readonly bus: 'embedded' | 'kafka';
  readonly busFile?: string | undefined;
  readonly kafkaBrokers?: readonly string[] | undefined;
  readonly kafkaTls: boolean;
  readonly kafkaCaFile?: string | undefined;
  readonly kafkaCertificateFile?: string | undefined;
  readonly kafkaKeyFile?: string | undefined;
  readonly kafkaSaslMechanism?: string | undefined;
  readonly kafkaUsername?: string | undefined;
  readonly kafkaPassword?: string | undefined;
}

/** For the `superRefine` of a schema with `busSettings`. What only the other bus has is not looked at. */
export function checkBus(config: BusValues, context: z.core.$RefinementCtx): void {
  const needs = (property: keyof BusValues, what: string): void => {
    if (config[property] !== undefined) return;
    context.addIssue({ code: 'custom', path: [property], message: `is needed with ${what}` });
  };
  if (config.bus === 'embedded') {
    needs('busFile', 'HEADWATER_BUS=embedded');
    return;
  }
  needs('kafkaBrokers', 'HEADWATER_BUS=kafka');
  if (config.kafkaSaslMechanism !== undefined) {
    needs('kafkaUsername', 'HEADWATER_KAFKA_SASL_MECHANISM');
    needs('kafkaPassword', 'HEADWATER_KAFKA_SASL_MECHANISM');
  } else if (config.kafkaUsername !== undefined || config.kafkaPassword !== undefined) {
    needs('kafkaSaslMechanism', 'HEADWATER_KAFKA_USERNAME and HEADWATER_KAFKA_PASSWORD');
  }
  if (config.kafkaCertificateFile !== undefined) needs('kafkaKeyFile', 'HEADWATER_KAFKA_CERTIFICATE_FILE');
  if (config.kafkaKeyFile !== undefined) needs('kafkaCertificateFile', 'HEADWATER_KAFKA_KEY_FILE');
  const wantsTls = config.kafkaCaFile ?? config.kafkaCertificateFile ?? config.kafkaKeyFile;
  if (wantsTls !== undefined && !config.kafkaTls) {
    context.addIssue({
      code: 'custom',
      path: ['kafkaTls'],
      message: 'must be true where certificates are named',
    });
  }
}

function isBroker(broker: string): boolean {
  return brokerForm.test(broker) && Number(broker.slice(broker.lastIndexOf(':') + 1)) <= 65_535;
}
