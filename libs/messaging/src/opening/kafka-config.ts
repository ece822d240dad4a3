import { readFile } from 'node:fs/promises';
import { messageOf } from '@headwater/errors';
import { messagingErrors } from '@headwater/messaging';
import type { KafkaSettings, SaslMechanism } from '@headwater/messaging/kafka';

/** How Kafka is reached: the part of a service's config that says so. */
export interface KafkaConfig {
  /** Needed by Kafka. */
  readonly kafkaBrokers?: readonly string[] | undefined;
  readonly kafkaTopics?: 'manage' | 'verify' | undefined;
  readonly kafkaReplicas?: number | undefined;
  readonly kafkaTls?: boolean | undefined;
  /** Paths of files of PEM. */
  readonly kafkaCaFile?: string | undefined;
  readonly kafkaCertificateFile?: string | undefined;
  readonly kafkaKeyFile?: string | undefined;
  readonly kafkaSaslMechanism?: SaslMechanism | undefined;
  readonly kafkaUsername?: string | undefined;
  readonly kafkaPassword?: string | undefined;
}

/** @throws messagingErrors.certificateUnreadable */
export async function kafkaSettingsOf(config: KafkaConfig, clientId: string): Promise<KafkaSettings> {
  const { kafkaSaslMechanism: mechanism, kafkaUsername, kafkaPassword } = config;
  return {
    brokers: needed(config.kafkaBrokers, 'HEADWATER_KAFKA_BROKERS'),
    clientId,
    ...(config.kafkaTls === true && { tls: await tlsOf(config) }),
    ...(mechanism !== undefined && {
      sasl: {
        mechanism,
        username: needed(kafkaUsername, 'HEADWATER_KAFKA_USERNAME'),
        password: needed(kafkaPassword, 'HEADWATER_KAFKA_PASSWORD'),
      },
    }),
  };
}

/** What the settings of a service have seen to. */
export function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw messagingErrors.settingMissing(`${name} is not set`);
  return value;
}

async function tlsOf(config: KafkaConfig): Promise<NonNullable<KafkaSettings['tls']>> {
  const { kafkaCaFile, kafkaCertificateFile, kafkaKeyFile } = config;
  return {
    ...(kafkaCaFile !== undefined && { ca: await pemIn(kafkaCaFile) }),
    ...(kafkaCertificateFile !== undefined && { cert: await pemIn(kafkaCertificateFile) }),
    ...(kafkaKeyFile !== undefined && { key: await pemIn(kafkaKeyFile) }),
  };
}

async function pemIn(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw messagingErrors.certificateUnreadable(`${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
