import os from 'node:os';
import { MongoClient, type MongoClientOptions } from 'mongodb';

/**
 * A client that connects with its first operation; whoever makes it closes it. The driver loads `os` by a dynamic
 * import, which Jest's CommonJS does not have, so it is handed over.
 */
export function mongoClient(uri: string, options: MongoClientOptions = {}): MongoClient {
  return new MongoClient(uri, { runtimeAdapters: { os }, ...options });
}
