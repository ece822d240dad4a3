import { startS3Server } from '@headwater/testing';
import type { DataDirectory } from '../data-directory/data-directory.js';
import type { Run } from '../run.js';
import { keepPartRunning } from '../services/kept-part.js';
import { keysIn } from './minio-keys.js';
import { cacheOf } from './servers-cache.js';

const bucket = 'headwater';

/** The server that HEADWATER_S3_ENDPOINT names; without it a MinIO of our own, without Docker, in the data directory. */
export async function provideMinio(run: Run, directory: DataDirectory): Promise<NodeJS.ProcessEnv> {
  const { environment, report, closings, stop } = run;
  const step = report.begin('store', 'MinIO: what is backed up');
  const named = environment['HEADWATER_S3_ENDPOINT'];
  if (named) {
    step.done(`the one at ${named}`, { endpoint: named });
    return { HEADWATER_STORE: 's3' };
  }
  const onProgress = (line: string): void => {
    step.note(line);
  };
  const keys = await keysIn(directory.minioKeys);
  const options = { directory: directory.minio, onProgress, ...keys, ...cacheOf(environment) };
  const { server } = await closings.begin('minio', () => startS3Server('minio', options), {
    close: (begun) => begun.end(),
    kill: (begun) => void begun.server.kill9(),
    signal: stop.signal,
  });
  const part = { name: 'minio', what: 'the MinIO', log: null } as const;
  keepPartRunning({ ...part, running: () => server.running, restart: () => server.start() }, run);
  const { endpoint, pid } = server;
  step.done(`at ${endpoint}, bucket ${bucket}; its keys are in ${directory.minioKeys}`, {
    endpoint,
    bucket,
    pid,
  });
  return {
    HEADWATER_STORE: 's3',
    HEADWATER_S3_ENDPOINT: endpoint,
    HEADWATER_S3_BUCKET: bucket,
    HEADWATER_S3_MAKE_BUCKET: 'true',
    HEADWATER_S3_ACCESS_KEY: keys.accessKey,
    HEADWATER_S3_SECRET_KEY: keys.secretKey,
  };
}
