import type { MongoClient } from 'mongodb';
import { describeAsClient } from './client-view.js';

interface Validation {
  readonly valid: boolean;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly corruptRecords?: readonly unknown[];
}

/** Full validation of every collection of a deployment but those of `local`: one line for each that is not valid. */
export async function validateAll(client: MongoClient): Promise<string[]> {
  const invalid: string[] = [];
  for (const { db, name, type } of await describeAsClient(client)) {
    if (type !== 'collection' || db === 'local') continue;
    const result = (await client.db(db).command({ validate: name, full: true })) as unknown as Validation;
    if (result.valid && !result.corruptRecords?.length) continue;
    invalid.push(`${db}.${name}: is not valid: ${[...result.errors, ...result.warnings].join('; ')}`);
  }
  return invalid;
}
