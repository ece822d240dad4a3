import type { Clock } from '@headwater/clock';
import { seriesOf } from '@headwater/mongod';
import { mongodbErrors, ReplicaSetSource, type SourceIdentity } from '@headwater/mongodb';
import { unlessAborted } from '../closings.js';
import type { Report } from '../output/report.js';

export interface OwnReplicaSet extends SourceIdentity {
  /** Major and minor of its servers, `6.0`. */
  readonly series: string;
}

/**
 * Looks at the user's replica set once, before anything is started for it. Reads only.
 *
 * @throws mongodbErrors: what keeps it from being protected, without the URI
 */
export async function greetReplicaSet(
  uri: string,
  { report, clock, signal }: { readonly report: Report; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<OwnReplicaSet> {
  const step = report.begin('source', 'Your replica set (nothing is written to it)');
  const identity = await unlessAborted(look(uri, clock), signal);
  const { replicaSet, member, serverVersion, fcv } = identity;
  if (Number.parseInt(fcv) < 6) {
    throw mongodbErrors.fcvTooOld(`${member} has feature compatibility version ${fcv || 'unknown'}`);
  }
  step.done(`${replicaSet}, MongoDB ${serverVersion}, read from ${member}`, { ...identity });
  return { ...identity, series: seriesOf(serverVersion) };
}

async function look(uri: string, clock: Clock): Promise<SourceIdentity> {
  const source = await ReplicaSetSource.open(uri, { appName: 'headwater-start', clock });
  const { identity } = source;
  await source.close();
  return identity;
}
