import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { temporaryDirectory } from '../temporary-directory.js';
import { minioProgram, obtainGoProgram, versitygwProgram, whyMissing } from './go-program.js';
import type { GoProgram, PartSearch } from './go-program.js';
import { minioKind, versitygwKind } from './s3-kinds.js';
import { S3Server } from './s3-server.js';
import type { S3Kind } from './s3-server.js';

export type S3KindName = 'minio' | 'versitygw';

export interface S3ServerOptions extends PartSearch {
  /** Where it keeps objects; a temporary directory, removed with it, unless it is named. */
  readonly directory?: string;
  /** A free one by default. */
  readonly port?: number;
  /** Made up by default; the same ones belong to the same directory. */
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** Holds `public.crt` and `private.key`: the server speaks TLS. */
  readonly certificates?: string;
  /** The bucket may stand before it in the host name. */
  readonly domain?: string;
  /** Where versitygw keeps users beside its root. */
  readonly usersDirectory?: string;
}

export interface StartedS3Server {
  readonly server: S3Server;
  /** Stops it and removes its directory when that is a temporary one. */
  end(): Promise<void>;
}

const parts: Readonly<Record<S3KindName, { kind: S3Kind; program: GoProgram }>> = {
  minio: { kind: minioKind, program: minioProgram },
  versitygw: { kind: versitygwKind, program: versitygwProgram },
};

/** Obtains and starts an object store on 127.0.0.1, for specs and for the launcher. It dies with its owner. */
export async function startS3Server(
  name: S3KindName,
  options: S3ServerOptions = {},
): Promise<StartedS3Server> {
  const { kind, program } = parts[name];
  const binary = await obtainGoProgram(program, options);
  const temporary = options.directory === undefined ? await temporaryDirectory(`headwater-${name}-`) : null;
  const { certificates, domain, usersDirectory } = options;
  try {
    const server = await S3Server.start(kind, {
      binary,
      directory: options.directory ?? join(temporary?.path ?? '', 'data'),
      port: options.port ?? (await freePort()),
      accessKey: options.accessKey ?? randomBytes(8).toString('hex'),
      secretKey: options.secretKey ?? randomBytes(16).toString('hex'),
      ...(certificates !== undefined && { certificates }),
      ...(domain !== undefined && { domain }),
      ...(usersDirectory !== undefined && { usersDirectory }),
    });
    return {
      server,
      async end() {
        await server.stop();
        await temporary?.remove();
      },
    };
  } catch (error) {
    await temporary?.remove();
    throw error;
  }
}

/**
 * Why specs cannot have it here, which they say in the name of what they skip; null when they can, and always where `CI` is
 * set: there a missing part is a failure.
 */
export function whyNoS3Server(name: S3KindName): string | null {
  return process.env['CI'] ? null : whyMissing(parts[name].program);
}
