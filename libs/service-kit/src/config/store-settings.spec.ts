import { z } from 'zod';
import { redacted } from './origin.js';
import { parseConfig } from './parsing.js';
import { checkStore, storeSettings } from './store-settings.js';

const schema = z.object(storeSettings).superRefine(checkStore);
const parse = (environment: Record<string, string>) => parseConfig(schema, environment, 'ingest');
const bucket = {
  HEADWATER_STORE: 's3',
  HEADWATER_S3_ENDPOINT: 'https://minio.example:9000',
  HEADWATER_S3_BUCKET: 'backups',
  HEADWATER_S3_ACCESS_KEY: 'headwater',
  HEADWATER_S3_SECRET_KEY: 'hunter2hunter2',
};

describe('the settings of the store', () => {
  it('need a root for a directory, and nothing else', () => {
    expect(parse({ HEADWATER_STORE_DIRECTORY: '/srv' })).toMatchObject({
      store: 'directory',
      storeDirectory: '/srv',
    });
    expect(() => parse({})).toThrow(
      'HEADWATER_STORE_DIRECTORY=(not set) is needed with HEADWATER_STORE=directory. Root of the directory store.',
    );
  });

  it('need to know where a bucket is and who comes to it', () => {
    expect(parse(bucket)).toMatchObject({
      store: 's3',
      s3Region: 'us-east-1',
      s3PathStyle: true,
      s3MakeBucket: false,
    });
    for (const name of ['ENDPOINT', 'BUCKET', 'ACCESS_KEY', 'SECRET_KEY']) {
      expect(() => parse({ ...bucket, [`HEADWATER_S3_${name}`]: '' })).toThrow(
        `HEADWATER_S3_${name}=(not set) is needed with HEADWATER_STORE=s3`,
      );
    }
  });

  it.each([
    ['HEADWATER_S3_ENDPOINT', 'minio:9000'],
    ['HEADWATER_S3_ENDPOINT', 'ftp://minio'],
    ['HEADWATER_S3_ENDPOINT', 'https://minio/backups'],
    ['HEADWATER_S3_ENDPOINT', 'https://user:secret@minio'],
    ['HEADWATER_S3_BUCKET', 'Backups'],
    ['HEADWATER_S3_BUCKET', 'a/b'],
    ['HEADWATER_S3_PREFIX', '/a'],
    ['HEADWATER_S3_PREFIX', 'a/'],
    ['HEADWATER_S3_PREFIX', 'a/../b'],
    ['HEADWATER_S3_PREFIX', 'a b'],
    ['HEADWATER_S3_PATH_STYLE', 'yes'],
  ])('refuse %s=%s by its name', (name, value) => {
    expect(() => parse({ ...bucket, [name]: value })).toThrow(new RegExp(`^${name}=.* must be`));
  });

  it.each(['a', 'a/b', '.a/..b', 'backups/prod-1'])('take the prefix %s', (prefix) => {
    expect(parse({ ...bucket, HEADWATER_S3_PREFIX: prefix }).s3Prefix).toBe(prefix);
  });

  it('never show a key', () => {
    expect(redacted(parse(bucket))).toMatchObject({
      HEADWATER_S3_ACCESS_KEY: '[secret]',
      HEADWATER_S3_SECRET_KEY: '[secret]',
      HEADWATER_S3_ENDPOINT: 'https://minio.example:9000',
    });
  });
});
