import { openBus } from '@headwater/messaging/opening';
import { busSettings, checkBus, parseConfig } from '@headwater/service-kit';
import { z } from 'zod';
import type { DataDirectory } from './data-directory/data-directory.js';
import { watchDisk } from './data-directory/disk-watch.js';
import { isRemovedAfter, openDirectory } from './data-directory/opening.js';
import { counted, isoSecond } from './output/quantities.js';
import type { Result } from './output/result.js';
import { ProtectionSteps } from './protection/protection-steps.js';
import { ProtectionWatch } from './protection/protection-watch.js';
import { TroubleTeller } from './protection/trouble-teller.js';
import { RestoreClient } from './restoring/restore-client.js';
import { restoreToSecond, type DeliveredRestore } from './restoring/restore-to-second.js';
import type { Run } from './run.js';
import type { Services } from './services/services.js';
import { provideServers } from './servers/servers.js';
import { listStored } from './servers/stored-objects.js';
import { serviceEnvironment } from './services/service-environment.js';
import { startServices } from './services/start-services.js';
import { chooseSource, type Source } from './source/source.js';
import { statusOf, type Status } from './status/status.js';
import { checkNumberedWrites, type NumberedWritesProof } from './verification/numbered-writes.js';

/** What a run has begun, and goes on until it ends. */
export interface Protection {
  readonly directory: DataDirectory;
  readonly source: Source;
  readonly services: Services;
  /** Of the services. */
  readonly settings: NodeJS.ProcessEnv;
  readonly deployment: string;
  readonly watch: ProtectionWatch;
  readonly teller: TroubleTeller;
  readonly steps: ProtectionSteps;
  /** Where the whole stands, now. */
  status(): Status;
}

const busSchema = z.object(busSettings).superRefine(checkBus);

/** Of a replica set that is not ours, which may be large: longer. A run without end has all the time. */
const samplePatienceSeconds = 600;
const ownPatienceSeconds = 3600;

/** Begins everything, in order. Whatever is begun is in the run's closings. */
export async function protect(run: Run): Promise<Protection> {
  const { clock, report, closings, stop, environment } = run;
  const since = clock.nowMillis();
  const directory = await openDirectory(run);
  watchDisk(run, directory);
  const source = await chooseSource(run, directory);
  const { sample, replicaSet } = source;
  const settings = serviceEnvironment({
    ...{ inherited: environment, once: run.options.once, uri: source.uri, binary: source.binary },
    ...{ servers: await provideServers(run, directory), heads: directory.heads },
    restoreState: directory.restoreState,
  });
  const services = await startServices(run, directory, settings);
  const bus = await openBus(parseConfig(busSchema, settings, 'launcher'), {
    ...{ clock, service: 'launcher', busFaults: null, upkeep: false },
    onUpkeepFailure: () => undefined,
  });
  closings.add('bus', () => bus.close());
  const deployment = environment['HEADWATER_DEPLOYMENT'] || replicaSet;
  const watch = await ProtectionWatch.start(bus, { deployment, replicaSet }, since);
  const teller = new TroubleTeller(report);
  const status = (): Status =>
    statusOf({
      view: watch.view,
      services: services.conditions,
      deployment,
      nowMillis: clock.nowMillis(),
      newest: sample?.numbered?.latest ?? null,
      remarks: run.remarks.all,
    });
  const patienceSeconds = sample === null ? ownPatienceSeconds : samplePatienceSeconds;
  const steps = new ProtectionSteps({
    watch,
    report,
    clock,
    teller,
    signal: stop.signal,
    patienceSeconds: run.options.once ? patienceSeconds : null,
    board: () => status().board,
    writes: () => ({
      newest: sample?.numbered?.latest ?? null,
      acknowledged: sample?.numbered?.acknowledged ?? null,
    }),
  });
  return { directory, source, services, settings, deployment, watch, teller, steps, status };
}

/**
 * Waits for a second that can be restored, restores it and checks it.
 *
 * @param isRoomFor asked once it is known how large the restored files will be; where there is none nothing is
 * restored
 * @throws whatever stands in the way
 */
export async function restoreAndVerify(
  run: Run,
  protection: Protection,
  isRoomFor: (bytes: number) => Promise<boolean> = () => Promise.resolve(true),
): Promise<Result | null> {
  const { source, directory, watch, steps } = protection;
  await steps.initialSync();
  const { sizeBytes } = await steps.firstSnapshot();
  if (!(await isRoomFor(sizeBytes))) return null;
  const second = await steps.restorableSecond(source.sample?.firstWrite ?? null);
  const { job, ...restored } = await restore(run, protection, second);
  const proof = await verify(run, source, { job, ...restored }, second);
  const base = watch.view.snapshots.find(({ snapshotId }) => snapshotId === job.plan.base.id);
  return {
    ...restored,
    second,
    snapshot: base?.ts ?? null,
    entriesReplayed: job.progress.entriesDone,
    slices: job.plan.slices,
    proof,
    mongod: source.binary.path,
    dataDirectory: directory.path,
    removed: isRemovedAfter(run, directory),
    stored: run.options.store === 'minio' ? await listStored(protection.settings, run.clock) : null,
    restarts: restartsOf(protection.services),
  };
}

function restartsOf(services: Services): Record<string, number> {
  const restarted = services.conditions.filter(({ restarts }) => restarts > 0);
  return Object.fromEntries(restarted.map(({ name, restarts }) => [name, restarts]));
}

async function restore(run: Run, protection: Protection, second: number): Promise<DeliveredRestore> {
  const { report, clock, stop } = run;
  const { directory, services, deployment } = protection;
  const time = isoSecond(second);
  const step = report.begin('restore', `Restore to ${time}: every write up to that second, none after it`);
  const client = new RestoreClient(() => services.urlOf('restore'), clock, stop.signal);
  const files = directory.restored(time.replaceAll(':', '-'));
  const wish = { deployment, second, directory: files };
  const restored = await restoreToSecond(client, wish, { step, clock, signal: stop.signal });
  const { entriesDone } = restored.job.progress;
  step.done(
    `${counted(restored.verification.filesVerified, 'file')} and ${counted(entriesDone, 'replayed oplog entry', 'replayed oplog entries')}, in ${files}`,
    {
      restoreId: restored.job.id,
      directory: files,
      restoredTo: restored.restoredTo,
      entriesReplayed: entriesDone,
    },
  );
  return restored;
}

/** On top of what the restore service has verified: the writes whose times we know. */
async function verify(
  run: Run,
  { sample, binary }: Source,
  { directory, verification }: DeliveredRestore,
  second: number,
): Promise<NumberedWritesProof | null> {
  const { report, closings, stop } = run;
  const step = report.begin('verification', 'Verification');
  step.note(
    `by the restore service: hashes of ${counted(verification.filesVerified, 'file')}, both ends of the restored oplog, and mongod ${verification.mongodVersion} opened the files`,
    { verification },
  );
  const writer = sample?.numbered ?? null;
  if (writer === null) {
    step.done(
      `${counted(verification.collectionsTotal ?? verification.collections.length, 'collection')} are in it`,
    );
    return null;
  }
  const proof = await checkNumberedWrites(directory, {
    binary,
    writer,
    second,
    closings,
    signal: stop.signal,
  });
  step.done(
    `by a plain mongod on the files: all ${counted(proof.present, 'numbered document')} written by then, and none of ${counted(proof.absent, 'later one')}`,
    { ...proof },
  );
  return proof;
}
