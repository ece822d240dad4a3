import { bytes } from '../output/quantities.js';
import type { Run } from '../run.js';
import type { DataDirectory } from './data-directory.js';

const lookEveryMillis = 15_000;
const leastShare = 0.05;
const leastBytes = 500_000_000;

/** Says when the disk is nearly full, before the services cannot write any more. */
export function watchDisk({ report, remarks, closings }: Run, directory: DataDirectory): void {
  const look = async (): Promise<void> => {
    const room = await directory.room().catch(() => null);
    if (room === null) return;
    const remark = diskRemark(room, directory.path);
    if (!remarks.note('disk', remark)) return;
    const fields = { event: 'disk', ...room };
    if (remark === null) report.say(`the disk of ${directory.path} has room again`, fields);
    else report.warn(remark, fields);
  };
  void look();
  const watch = setInterval(() => void look(), lookEveryMillis);
  watch.unref();
  closings.add('watch over the disk', () => {
    clearInterval(watch);
  });
}

/** Null while there is room enough. Pure. */
export function diskRemark(
  { freeBytes, totalBytes }: { readonly freeBytes: number; readonly totalBytes: number },
  path: string,
): string | null {
  const isScarce = freeBytes < leastBytes || freeBytes < totalBytes * leastShare;
  return isScarce ? `the disk of ${path} is nearly full: ${bytes(freeBytes)} left` : null;
}
