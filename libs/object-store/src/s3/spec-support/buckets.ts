import type { S3Server } from '@headwater/testing';
import type { S3Settings } from '../s3-settings.js';

/** How a spec opens a bucket of its own. */
export const writing = { access: 'write', makeBucket: true } as const;

/** The settings that reach a bucket of a started server. */
export function settingsOf(server: S3Server, changed: Partial<S3Settings> = {}): S3Settings {
  const { accessKey, secretKey } = server.settings;
  return {
    ...{ endpoint: server.endpoint, bucket: 'headwater', region: 'us-east-1', accessKey, secretKey },
    ...{ prefix: '', authority: null, pathStyle: true },
    ...changed,
  };
}
