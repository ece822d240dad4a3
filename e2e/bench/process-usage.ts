import { readFile } from 'node:fs/promises';

/** Of /proc: the kernel tells times in these, 100 a second on every Linux. */
const ticksPerSecond = 100;

/** CPU that a process has used since it began, in seconds: its own and the kernel's for it. Linux only. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name before it is in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The most memory that a process has had resident since it began, in bytes. Linux only. */
export async function peakMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
}
