import type { Clock } from '@headwater/clock';
import { seriesOf } from '@headwater/mongod';
import { isRetryable } from '@headwater/errors';
import { mongodbErrors, ReplicaSetSource, untestedNotice, type SourceIdentity } from '@headwater/mongodb';
import { unlessAborted } from '../closings.js';
import { failureOf } from '../output/failure.js';
import type { Report } from '../output/report.js';
import { noteSource, notedSource } from './noted-source.js';

export interface OwnReplicaSet {
  readonly replicaSet: string;
  /** Major and minor of its servers, `6.0`. */
  readonly series: string;
}

interface Greeting {
  readonly report: Report;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where it is noted what was found. */
  readonly sourceFile: string;
}

/**
 * Looks at the user's replica set once, before anything is started for it. Reads only. One that does not answer, but
 * was found by an earlier run, keeps nothing from starting: its backup is needed then most of all.
 *
 * @throws mongodbErrors: what keeps it from being protected, without the URI
 */
export async function greetReplicaSet(uri: string, greeting: Greeting): Promise<OwnReplicaSet> {
  const { report, clock, signal, sourceFile } = greeting;
  const step = report.begin('source', 'Your replica set (nothing is written to it)');
  try {
    const identity = await unlessAborted(look(uri, clock), signal);
    const { replicaSet, member, serverVersion, fcv } = identity;
    if (Number.parseInt(fcv) < 6) {
      throw mongodbErrors.fcvTooOld(`${member} has feature compatibility version ${fcv || 'unknown'}`);
    }
    const found = { replicaSet, series: seriesOf(serverVersion) };
    // On a full disk it is not noted: a start without the source then wants to reach it.
    await noteSource(sourceFile, found).catch(() => undefined);
    step.done(`${replicaSet}, MongoDB ${serverVersion}, read from ${member}`, { ...identity });
    const untested = untestedNotice(serverVersion);
    if (untested !== null) report.warn(untested, { event: 'version-untested' });
    return found;
  } catch (error) {
    signal.throwIfAborted();
    const known = isRetryable(error) ? await notedSource(sourceFile, uri) : null;
    if (known === null) throw error;
    report.warn(`it does not answer: ${failureOf(error).text}`, { event: 'source-unreachable' });
    step.done(`${known.replicaSet} as it was found earlier: what was archived can be restored`, { ...known });
    return known;
  }
}

async function look(uri: string, clock: Clock): Promise<SourceIdentity> {
  const source = await ReplicaSetSource.open(uri, { appName: 'headwater-start', clock });
  const { identity } = source;
  await source.close();
  return identity;
}
