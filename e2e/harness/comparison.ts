import type { RestoreJobBody, RestoreTarget } from '@headwater/contracts';
import type { OplogTimestamp } from '@headwater/oplog';
import { compareImages, takeImage, validateAll, type DeploymentImage } from '@headwater/testing';
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

/** Restores a target and compares everything there is with the source at that very moment. */
export async function compareRestored(
  { headwater, binary, source, writer }: ProtectedSet,
  target: RestoreTarget,
  { name, image, copyWindow = false }: ComparisonChoice,
): Promise<ComparedRestore> {
  const path = headwater.target(name);
  const delivery = { kind: 'directory', path } as const;
  const job = await headwater.api.restored({ deploymentId: 'rs0', target, delivery });
  const restoredTo = restoredToOf(job);
  const expected = image ?? (await takeImage(source, { atClusterTime: restoredTo }));
  const differences = await withRestored(path, binary, async (client) => [
    ...(await writer.verify(client, restoredTo)),
    ...compareImages(expected, await takeImage(client), { copyWindow }),
    ...(await validateAll(client)),
  ]);
  return { job, differences };
}

/** @throws Error for a job that restored nothing. */
export function restoredToOf(job: RestoreJobBody): OplogTimestamp {
  if (job.restoredTo === null) throw new Error(`restore ${job.id} has no restoredTo`);
  return job.restoredTo;
}
