import { isOneOf } from '@headwater/errors';
import type { DataDirectory } from './data-directory/data-directory.js';
import { launcherErrors } from './launcher-errors.js';
import { failureOf } from './output/failure.js';
import { bytes } from './output/quantities.js';
import { showResult } from './output/result.js';
import { restoreAndVerify, type Protection } from './protect-and-restore.js';
import type { Run } from './run.js';

/** A restore that nobody asked for takes at most this share of the room that is left. */
const largestShare = 0.1;

/**
 * Before a run without end goes on: on a data directory where nothing was restored yet, restores a second and
 * verifies it. That this fails is said, and the run goes on: what is archived is worth keeping.
 *
 * @throws launcherErrors.captureRefused; the reason that ended the run
 */
export async function proveOnce(run: Run, protection: Protection): Promise<void> {
  const { report, stop, remarks, verdict } = run;
  const { directory } = protection;
  if (await directory.hasRestored()) {
    report.say('an earlier run has restored and verified a second: it goes on where that ended', {});
    return;
  }
  try {
    const result = await restoreAndVerify(run, protection, (size) => isRoomFor(run, directory, size));
    if (result !== null) showResult(report, result);
  } catch (error) {
    stop.signal.throwIfAborted();
    // The replica set is not the one of this data directory: nothing will ever be archived.
    if (isOneOf(error, [launcherErrors.captureRefused])) throw error;
    const { text, fields } = failureOf(error);
    remarks.note('proof', 'the restore that was to prove it all failed: see above');
    verdict.unproved = true;
    report.result('failed', `NOT PROVED, and everything goes on: ${text}`, fields);
  }
}

async function isRoomFor({ report }: Run, directory: DataDirectory, sizeBytes: number): Promise<boolean> {
  const { freeBytes } = await directory.room();
  if (sizeBytes <= freeBytes * largestShare) return true;
  report.say(
    `no restore for a start: its ${bytes(sizeBytes)} would take more than a tenth of the ${bytes(freeBytes)} that are left on the disk`,
    { event: 'proof-left-out', sizeBytes, freeBytes },
  );
  return false;
}
