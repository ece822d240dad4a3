import type { z } from 'zod';
import { flag, oneOf, setting, text } from './setting.js';

const bucketForm = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Of the alphabet of keys; a key and it together stay below the 1,024 bytes of S3. */
const prefixForm = /^(?!\.{1,2}(\/|$))[A-Za-z0-9._%=@+~-]+(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._%=@+~-]+)*$/;
const longestPrefix = 400;

/** Which store, for the services that have credentials for it. `checkStore` holds its relations. */
export const storeSettings = {
  store: setting(
    'HEADWATER_STORE',
    oneOf(['directory', 's3']).default('directory'),
    'Kind of store: a directory, or a bucket of S3 or of a server that speaks like it.',
  ),
  storeDirectory: setting('HEADWATER_STORE_DIRECTORY', text().optional(), 'Root of the directory store.'),
  s3Endpoint: setting(
    'HEADWATER_S3_ENDPOINT',
    text()
      .refine(isEndpoint, 'must be http:// or https:// with a host and nothing behind the port')
      .optional(),
    'Where the S3 server is: https://minio.example.net:9000.',
  ),
  s3Bucket: setting(
    'HEADWATER_S3_BUCKET',
    text().regex(bucketForm, 'must be 3 to 63 lower-case letters, digits, dots and hyphens').optional(),
    'Bucket of the repository.',
  ),
  s3AccessKey: setting('HEADWATER_S3_ACCESS_KEY', text().optional(), 'Access key of the S3 server.'),
  s3SecretKey: setting('HEADWATER_S3_SECRET_KEY', text().optional(), 'Secret key of the S3 server.'),
  s3Region: setting('HEADWATER_S3_REGION', text().default('us-east-1'), 'Region of the bucket.'),
  s3Prefix: setting(
    'HEADWATER_S3_PREFIX',
    text()
      .regex(prefixForm, "must be names joined by '/', without one at its ends")
      .max(longestPrefix, `must not be longer than ${longestPrefix} characters`)
      .optional(),
    'Everything lies below it in the bucket.',
  ),
  s3CaFile: setting(
    'HEADWATER_S3_CA_FILE',
    text().optional(),
    'PEM file of the authority of the server’s certificate, trusted in place of the public ones.',
  ),
  s3PathStyle: setting(
    'HEADWATER_S3_PATH_STYLE',
    flag().default(true),
    'Whether the bucket stands in the path of URLs; else it is the first part of the host name.',
  ),
  s3MakeBucket: setting(
    'HEADWATER_S3_MAKE_BUCKET',
    flag().default(false),
    'Whether a bucket that is not there is made.',
  ),
};

/** Which of the settings a kind cannot do without. */
const needs = {
  directory: ['storeDirectory'],
  s3: ['s3Endpoint', 's3Bucket', 's3AccessKey', 's3SecretKey'],
} as const;

type StoreValues = { readonly [P in (typeof needs)['directory' | 's3'][number]]?: string | undefined } & {
  readonly store: 'directory' | 's3';
};

/** For the `superRefine` of a schema with `storeSettings`. */
export function checkStore(config: StoreValues, context: z.core.$RefinementCtx): void {
  for (const property of needs[config.store]) {
    if (config[property] !== undefined) continue;
    context.addIssue({
      code: 'custom',
      path: [property],
      message: `is needed with HEADWATER_STORE=${config.store}`,
    });
  }
}

function isEndpoint(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
  return url.pathname === '/' && `${url.search}${url.hash}${url.username}${url.password}` === '';
}
