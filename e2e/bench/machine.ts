import { readFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import type { MongodBinary } from '@headwater/mongod';

/** Facts without which a figure means nothing. */
export interface Machine {
  readonly startedAt: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryBytes: number;
  /** Of the directory that the benchmarks work in. */
  readonly fileSystem: string;
  readonly kernel: string;
  readonly node: string;
  readonly mongod: string;
  /** Of the last minute, when the first benchmark began: above 0.5 somebody else was at work. */
  readonly load: number;
}

export async function machineFacts(binary: MongodBinary, directory: string): Promise<Machine> {
  const processors = cpus();
  return {
    startedAt: new Date().toISOString(),
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    fileSystem: await fileSystemOf(directory),
    kernel: release(),
    node: process.version,
    mongod: binary.version,
    load: loadavg()[0] ?? 0,
  };
}

/** The type of the file system that has the longest mount point above the directory. */
async function fileSystemOf(directory: string): Promise<string> {
  const mounts = (await readFile('/proc/mounts', 'utf8').catch(() => '')).split('\n');
  const found = mounts
    .map((line) => line.split(' '))
    .map(([, at = '', type = '']) => ({ at, type }))
    .filter(({ at }) => at !== '' && `${directory}/`.startsWith(at.endsWith('/') ? at : `${at}/`))
    .sort((a, b) => b.at.length - a.at.length);
  return found[0]?.type ?? 'unknown file system';
}
