import type { MongodBinary } from '@headwater/mongod';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endOfSecond, type OplogTimestamp } from '@headwater/oplog';
import { startRestored, type NumberedWriter, type Restored } from '@headwater/testing';
import type { MongoClient } from 'mongodb';
import type { Closings } from '../closings.js';
import { launcherErrors } from '../launcher-errors.js';
import { count } from '../output/quantities.js';
import { shopDatabase, shopSize } from '../source/shop.js';

/** What the restored files have and have not. */
export interface NumberedWritesProof {
  /** Numbered documents that were inserted up to the second: all of them are there. */
  readonly present: number;
  /** Numbered documents that were inserted after it: none of them is there. */
  readonly absent: number;
  /** Documents of the shop that must be there. */
  readonly sampleDocuments: number;
}

export interface CheckOptions {
  readonly binary: MongodBinary;
  readonly writer: NumberedWriter;
  /** Seconds since 1970: every write up to and including it, none after it. */
  readonly second: number;
  readonly closings: Closings;
  readonly signal: AbortSignal;
}

/** No oplog entry comes after it. */
const endOfTime: OplogTimestamp = endOfSecond(0xffff_ffff);
const shownDifferences = 5;

/**
 * Opens restored files with a plain mongod, as anybody would, and compares them with what was written.
 *
 * @throws launcherErrors.restoredWrong with the first differences
 */
export async function checkNumberedWrites(
  directory: string,
  options: CheckOptions,
): Promise<NumberedWritesProof> {
  const { binary, writer, second, closings, signal } = options;
  const restored = await closings.begin('restored files', () => startRestored(directory, binary), {
    close: (opened) => opened.stop(),
    signal,
  });
  const proof = await compare(restored, writer, second);
  await restored.stop();
  // Everything else in the directory is what was restored.
  await rm(join(directory, 'mongod.log'), { force: true });
  return proof;
}

async function compare(
  restored: Restored,
  writer: NumberedWriter,
  second: number,
): Promise<NumberedWritesProof> {
  const client = restored.connect();
  const until = endOfSecond(second);
  const { count: present } = writer.expectedAt(until);
  const absent = writer.expectedAt(endOfTime).count - present;
  const differences = [...(await writer.verify(client, until)), ...(await shopDifferences(client))];
  if (present === 0) differences.push('no numbered write was acknowledged up to that second');
  if (differences.length > 0) {
    const shown = differences.slice(0, shownDifferences).join('; ');
    throw launcherErrors.restoredWrong(
      `the restored files differ in ${count(differences.length)} places: ${shown}`,
    );
  }
  const sampleDocuments = shopSize.unchanging.reduce((sum, { documents }) => sum + documents, 0);
  return { present, absent, sampleDocuments };
}

async function shopDifferences(client: MongoClient): Promise<string[]> {
  const differences: string[] = [];
  for (const { name, documents } of shopSize.unchanging) {
    const found = await client.db(shopDatabase).collection(name).countDocuments();
    if (found !== documents) {
      differences.push(`${shopDatabase}.${name} has ${count(found)} documents, not ${count(documents)}`);
    }
  }
  return differences;
}
