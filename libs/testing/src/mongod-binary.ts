import { homedir } from 'node:os';
import { join } from 'node:path';
import { findMongod, type MongodBinary } from '@headwater/mongod';

/** The mongod that tests run, found the way the services find theirs and kept in the same cache. */
export async function testMongod(): Promise<MongodBinary> {
  const { env } = process;
  const mongod = env['HEADWATER_MONGOD'];
  const series60 = env['HEADWATER_MONGOD_6_0'];
  return findMongod({
    series: '6.0',
    environment: {
      ...(mongod === undefined ? {} : { mongod }),
      bySeries: series60 === undefined ? {} : { '6.0': series60 },
    },
    cacheDirectory: env['HEADWATER_CACHE_DIRECTORY'] ?? join(homedir(), '.cache', 'headwater'),
  });
}
