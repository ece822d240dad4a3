import { join } from 'node:path';
import {
  KafkaBroker,
  startS3Server,
  temporaryDirectory,
  whyNoKafka,
  whyNoS3Server,
  type KafkaBrokerOptions,
  type S3Server,
  type TemporaryDirectory,
} from '@headwater/testing';

/** Where Kafka and MinIO answer. */
export interface ServersAddress {
  /** `host:port` */
  readonly kafka: string;
  readonly s3: { readonly endpoint: string; readonly accessKey: string; readonly secretKey: string };
}

/** Names the pair of a run: `embedded` unless it is `servers`. */
export const pairVariable = 'HEADWATER_E2E_PAIR';
/** Holds the address of servers that all specs of a run share, as JSON. */
export const serversVariable = 'HEADWATER_E2E_SERVERS';

/** The servers that the specs of this run share; null where its pair is the embedded one. */
export function serversOfRun(environment: NodeJS.ProcessEnv = process.env): ServersAddress | null {
  if (environment[pairVariable] !== 'servers') return null;
  const text = environment[serversVariable];
  if (text === undefined)
    throw new Error(`${serversVariable} is not set: nobody started servers for this run`);
  return JSON.parse(text) as ServersAddress;
}

/** Why there can be no servers here; null when there can, and always where `CI` is set. */
export function whyNoServers(): string | null {
  return whyNoKafka() ?? whyNoS3Server('minio');
}

/** A Kafka and a MinIO on temporary data. They die with the process that started them. */
export class Servers {
  static async start(broker: Partial<KafkaBrokerOptions> = {}): Promise<Servers> {
    const directory = await temporaryDirectory('hw-e2e-servers-');
    try {
      const [kafka, { server }] = await Promise.all([
        KafkaBroker.start({ directory: join(directory.path, 'kafka'), ...broker }),
        startS3Server('minio', { directory: join(directory.path, 'minio') }),
      ]);
      return new Servers(kafka, server, directory);
    } catch (error) {
      await directory.remove();
      throw error;
    }
  }

  private constructor(
    readonly kafka: KafkaBroker,
    readonly minio: S3Server,
    private readonly directory: TemporaryDirectory,
  ) {}

  get address(): ServersAddress {
    const { accessKey, secretKey } = this.minio.settings;
    return { kafka: this.kafka.address, s3: { endpoint: this.minio.endpoint, accessKey, secretKey } };
  }

  /** Ends both, whatever state they are in, and removes their data. */
  async stop(): Promise<void> {
    await Promise.all([this.kafka.kill9(), this.minio.kill9()]);
    await this.directory.remove();
  }
}
