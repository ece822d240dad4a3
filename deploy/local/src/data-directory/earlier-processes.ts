import { readFileSync } from 'node:fs';
import { launcherErrors } from '../launcher-errors.js';
import { counted } from '../output/quantities.js';
import type { Step } from '../output/report.js';
import type { Run } from '../run.js';
import type { DataDirectory } from './data-directory.js';

const pollMillis = 200;
/** Services whose launcher was killed are asked to stop, and killed after 35 seconds (their guards). */
const patienceMillis = 45_000;

/**
 * Services of a launcher that was killed end in order by themselves; until then they work on the same data.
 *
 * @throws launcherErrors.directoryLocked when they do not end; the signal's reason
 */
export async function awaitEarlierProcesses(
  { clock, stop, programs }: Run,
  directory: DataDirectory,
  step: Step,
): Promise<void> {
  const giveUpAt = clock.ticksMillis() + patienceMillis;
  for (;;) {
    const running = directory.earlierProcesses.filter((pid) => isService(pid, programs));
    if (running.length === 0) return;
    if (clock.ticksMillis() > giveUpAt) {
      throw launcherErrors.directoryLocked(
        `services of an earlier run still work in ${directory.path} (processes ${running.join(', ')})`,
      );
    }
    step.progress(`waiting for ${counted(running.length, 'service')} of an earlier run to end`, {
      processes: running,
    });
    await clock.sleep(pollMillis, stop.signal);
  }
}

/** Another process may have got the number since. */
function isService(pid: number, programs: string): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(programs);
  } catch {
    // No /proc here: it cannot be told apart.
    return process.platform !== 'linux';
  }
}
