import type { ConnectionOptions } from 'node:tls';

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

/** How a Kafka cluster is reached. */
export interface KafkaSettings {
  /** `host:port` each; any of them leads to the others. */
  readonly brokers: readonly string[];
  /** Who speaks, in the broker's log and quotas. */
  readonly clientId: string;
  /** Undefined for plain text. With `cert` and `key` the client proves itself by them. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  readonly sasl?: {
    readonly mechanism: SaslMechanism;
    readonly username: string;
    readonly password: string;
  };
}
