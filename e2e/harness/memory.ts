import { readFile } from 'node:fs/promises';

/** The most memory that a process has had in RAM at once, in MiB. Linux only. */
export async function peakMemoryMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} does not say what memory it has had`);
  return Number(kibibytes) / 1024;
}
