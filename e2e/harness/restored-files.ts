import type { MongoClient } from 'mongodb';
import type { MongodBinary } from '@headwater/mongod';
import { startRestored } from '@headwater/testing';

/** Opens restored data files with a plain mongod, looks at them, and stops it. */
export async function withRestored<T>(
  directory: string,
  binary: MongodBinary,
  look: (client: MongoClient) => Promise<T>,
): Promise<T> {
  const restored = await startRestored(directory, binary);
  try {
    return await look(restored.connect());
  } finally {
    await restored.stop();
  }
}
