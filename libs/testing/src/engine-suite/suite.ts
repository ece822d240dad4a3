import { messageOf } from '@headwater/errors';
import type { Clock } from '@headwater/clock';
import type { EnginePromise, Finding } from './engine-promise.js';
import { Ground, type GroundOptions } from './ground.js';
import { deliveryPromises } from './promises/delivery.js';
import { documentPromises } from './promises/documents.js';
import { indexBuildPromise } from './promises/index-builds.js';
import { interruptionPromises } from './promises/interruptions.js';
import { operationPromises } from './promises/operations.js';
import { transactionPromises } from './promises/transactions.js';

/** In this order: the first makes the head that the others go on with. */
export const enginePromises: readonly EnginePromise[] = [
  ...operationPromises(),
  ...transactionPromises,
  indexBuildPromise,
  ...interruptionPromises,
  ...documentPromises,
  ...deliveryPromises,
];

export type EngineResult = 'equal' | 'DIFFERS' | 'not applicable' | 'failed';

/** What became of one promise. */
export interface EngineRow {
  readonly promise: string;
  readonly result: EngineResult;
  /** The differences, or why; empty when equal. */
  readonly reasons: readonly string[];
  readonly seconds: number;
}

export interface SuiteOptions extends GroundOptions {
  readonly clock: Clock;
  readonly promises?: readonly EnginePromise[];
  onBegin?(promise: string, number: number, of: number): void;
  onRow?(row: EngineRow): void;
}

/**
 * Puts every promise to the test, one after the other on one source. What one leaves broken the next one does not
 * inherit: it gets a head of its own.
 *
 * @throws Error when the source does not start, and the signal's reason.
 */
export async function runEngineSuite(options: SuiteOptions): Promise<EngineRow[]> {
  const { clock, signal, promises = enginePromises } = options;
  const ground = await Ground.open(options);
  const rows: EngineRow[] = [];
  try {
    for (const promise of promises) {
      signal?.throwIfAborted();
      options.onBegin?.(promise.name, rows.length + 1, promises.length);
      const row = await putToTest(promise, ground, clock);
      signal?.throwIfAborted();
      rows.push(row);
      options.onRow?.(row);
    }
    return rows;
  } finally {
    await ground.close();
  }
}

/** One promise. Where it is not kept the ground gets rid of its head, so that the next one begins anew. */
export async function putToTest(promise: EnginePromise, ground: Ground, clock: Clock): Promise<EngineRow> {
  const began = clock.ticksMillis();
  const outcome = await outcomeOf(promise, ground);
  if (outcome.result === 'DIFFERS' || outcome.result === 'failed') await ground.discard();
  return { promise: promise.name, ...outcome, seconds: (clock.ticksMillis() - began) / 1000 };
}

async function outcomeOf(
  promise: EnginePromise,
  ground: Ground,
): Promise<Pick<EngineRow, 'result' | 'reasons'>> {
  try {
    return outcomeOfFinding(await promise.test(ground));
  } catch (error) {
    return { result: 'failed', reasons: [messageOf(error)] };
  }
}

function outcomeOfFinding(finding: Finding): Pick<EngineRow, 'result' | 'reasons'> {
  if ('notApplicable' in finding) return { result: 'not applicable', reasons: [finding.notApplicable] };
  return { result: finding.length === 0 ? 'equal' : 'DIFFERS', reasons: finding };
}
