import type { RestoreJobBody, RestoreTarget } from '@headwater/contracts';
import type { OplogTimestamp } from '@headwater/oplog';
import { compareImages, takeImage, validateAll, type DeploymentImage } from '@headwater/testing';
import type { MongoClient } from 'mongodb';
import type { ProtectedSet } from './protected-set.js';
import { withRestored } from './restored-files.js';

export interface ComparedRestore {
  readonly job: RestoreJobBody;
  /** One line each; empty when the restored files hold what the source held at that moment, and are valid. */
  readonly differences: readonly string[];
}

export interface ComparisonChoice {
  /** Below the directory for restores. */
  readonly name: string;
  /** The source at the restored moment; taken now unless it is given. */
  readonly image?: DeploymentImage;
  /** What an initial sync cannot carry over may differ. */
  readonly copyWindow?: boolean;
}

/** What is compared, and where it is restored. */
export interface ComparedScene extends Pick<ProtectedSet, 'binary' | 'source' | 'writer'> {
  readonly headwater: Pick<ProtectedSet['headwater'], 'target' | 'api'>;
}

/** Restores a target and compares everything there is with the source at that very moment. */
export async function compareRestored(
  scene: ComparedScene,
  target: RestoreTarget,
  choice: ComparisonChoice,
): Promise<ComparedRestore> {
  const { api } = scene.headwater;
  const delivery = { kind: 'directory', path: scene.headwater.target(choice.name) } as const;
  const job = await api.restored({ deploymentId: 'rs0', target, delivery });
  return compareJob(scene, job, choice);
}

/** Compares the files of a job that was delivered with the source at that very moment. */
export async function compareJob(
  { binary, source, writer }: Omit<ComparedScene, 'headwater'>,
  job: RestoreJobBody,
  { image, copyWindow = false }: Omit<ComparisonChoice, 'name'> = {},
): Promise<ComparedRestore> {
  if (job.state !== 'Delivered') throw new Error(`restore ${job.id} is ${job.state}: ${JSON.stringify(job)}`);
  const { path } = job.delivery;
  const restoredTo = restoredToOf(job);
  const expected = image ?? (await takeImage(source, { atClusterTime: restoredTo }));
  const differences = await withRestored(path, binary, async (client) => [
    ...(await writer.verify(client, restoredTo)),
    ...(await imageDifferences(client, expected, { copyWindow })),
  ]);
  return { job, differences };
}

/** What opened files lack of an image, and what `validate` finds wrong with them: one line each. */
export async function imageDifferences(
  client: MongoClient,
  expected: DeploymentImage,
  { copyWindow = false }: Pick<ComparisonChoice, 'copyWindow'> = {},
): Promise<string[]> {
  return [
    ...compareImages(expected, await takeImage(client), { copyWindow }),
    ...(await validateAll(client)),
  ];
}

/** @throws Error for a job that restored nothing. */
export function restoredToOf(job: RestoreJobBody): OplogTimestamp {
  if (job.restoredTo === null) throw new Error(`restore ${job.id} has no restoredTo`);
  return job.restoredTo;
}
