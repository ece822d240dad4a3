import { join } from 'node:path';
import type { S3Kind } from './s3-server.js';

/** MinIO on one directory. Neither its console nor what it would ask of the network is on. */
export const minioKind: S3Kind = {
  name: 'minio',
  readyPath: '/minio/health/ready',
  arguments: ({ directory, port, certificates }) => [
    ...['server', '--quiet', '--address', `127.0.0.1:${port}`],
    ...['--certs-dir', certificates ?? join(directory, '.minio.sys', 'no-certificates')],
    directory,
  ],
  environment: ({ accessKey, secretKey, domain }) => ({
    ...(domain !== undefined && { MINIO_DOMAIN: domain }),
    MINIO_ROOT_USER: accessKey,
    MINIO_ROOT_PASSWORD: secretKey,
    MINIO_BROWSER: 'off',
    MINIO_UPDATE: 'off',
    MINIO_CALLHOME_ENABLE: 'off',
    // Restarts within a test would wait for it.
    MINIO_SHUTDOWN_TIMEOUT: '1s',
  }),
};

/** versitygw on a directory of a file system with extended attributes. */
export const versitygwKind: S3Kind = {
  name: 'versitygw',
  readyPath: '/health',
  arguments: ({ directory, port, certificates, domain }) => [
    ...(domain === undefined ? [] : ['--virtual-domain', domain]),
    ...['--port', `127.0.0.1:${port}`, '--health', '/health', '--quiet', '--keep-alive'],
    ...(certificates === undefined
      ? []
      : ['--cert', join(certificates, 'public.crt'), '--key', join(certificates, 'private.key')]),
    ...['posix', directory],
  ],
  environment: ({ accessKey, secretKey, usersDirectory }) => ({
    ROOT_ACCESS_KEY: accessKey,
    ROOT_SECRET_KEY: secretKey,
    ...(usersDirectory !== undefined && { VGW_IAM_DIR: usersDirectory, VGW_IAM_CACHE_DISABLE: 'true' }),
  }),
};
