import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Run } from '../run.js';
import { DataDirectory } from './data-directory.js';
import { awaitEarlierProcesses } from './earlier-processes.js';
import { holdToKinds } from './kinds.js';

/** Opens the data directory; it is given free, and a temporary one removed, after everything else has ended. */
export async function openDirectory(run: Run): Promise<DataDirectory> {
  const { options, pid, report, closings } = run;
  const what = options.uri === null ? 'a sample replica set' : 'your replica set';
  const step = report.begin(
    'data-directory',
    `Headwater protects ${what}, restores it to a second in the past, and verifies the result.\n\nData directory`,
  );
  const path = options.dataDirectory;
  const directory = await (path === null
    ? DataDirectory.temporary(tmpdir(), pid)
    : DataDirectory.open(path, pid));
  closings.add('data directory', async () => {
    directory.release();
    if (isRemovedAfter(run, directory)) await directory.remove();
    else run.verdict.stays = directory.path;
  });
  await holdToKinds(directory, options);
  await awaitEarlierProcesses(run, directory, step);
  const stays = options.keep || !directory.temporary;
  step.done(
    stays ? directory.path : `${directory.path} (temporary: removed at the end, unless --keep or --data-dir)`,
    {
      path: directory.path,
      temporary: directory.temporary,
    },
  );
  return directory;
}

/** A failure leaves something to look at, once there is something. */
export function isRemovedAfter({ options, verdict }: Run, directory: DataDirectory): boolean {
  const speaks = verdict.failed && [directory.logs, directory.sample].some((path) => existsSync(path));
  return directory.temporary && !options.keep && !speaks;
}
