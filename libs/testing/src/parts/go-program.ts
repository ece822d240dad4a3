import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A server that is built from its module, once a machine, and run as a program. */
export interface GoProgram {
  /** The name of its executable, and of its folder in the cache. */
  readonly name: string;
  /** What the module proxy and its checksum database know it by. */
  readonly package: string;
  readonly version: string;
}

export const minioProgram: GoProgram = {
  name: 'minio',
  package: 'github.com/minio/minio',
  version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
};

export const versitygwProgram: GoProgram = {
  name: 'versitygw',
  package: 'github.com/versity/versitygw/cmd/versitygw',
  version: 'v1.8.0',
};

export interface PartSearch {
  /** Executables lie in `<cacheDirectory>/<name>/<version>/`; the one of the services by default. */
  readonly cacheDirectory?: string;
  onProgress?(line: string): void;
}

const workPrefix = '.install-';
const oneDayMillis = 86_400_000;
/** A line of progress at every so many packages: the whole of MinIO is about 1,500. */
const packagesALine = 100;

/**
 * The path of the executable: from the cache, or built into it by `go install`, which takes minutes the first time. It
 * appears there whole or not at all, whoever else builds it at the same time and whenever a process is killed.
 *
 * @throws Error with the end of what `go` said.
 */
export async function obtainGoProgram(program: GoProgram, search: PartSearch = {}): Promise<string> {
  const place = placeOf(program, search);
  const path = join(place, program.name);
  if (existsSync(path)) return path;
  const folder = join(place, '..');
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, workPrefix));
  try {
    await removeWorkOlderThan(work, folder);
    const tell = (line: string): void => search.onProgress?.(line);
    tell(`building ${program.name} ${program.version}: some minutes, the first time`);
    await install(program, work, tell);
    await rename(work, place).catch((error: unknown) => {
      // Somebody else was first.
      if (!existsSync(path)) throw error;
    });
    return path;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Why the program is not to be had on this machine; null when it is there or can be built. */
export function whyMissing(program: GoProgram, search: PartSearch = {}): string | null {
  if (existsSync(join(placeOf(program, search), program.name))) return null;
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return null;
  } catch {
    return `${program.name} is not in the cache and there is no Go to build it`;
  }
}

async function install(program: GoProgram, work: string, tell: (line: string) => void): Promise<void> {
  const go = spawn('go', ['install', '-v', `${program.package}@${program.version}`], {
    env: { ...process.env, GOBIN: work },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  createInterface({ input: go.stderr }).on('line', (line) => {
    lines.push(line);
    if (lines.length % packagesALine === 0) tell(`building ${program.name}: ${lines.length} packages so far`);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    go.once('error', (error) => {
      reject(new Error(`cannot build ${program.name}: ${error.message}`, { cause: error }));
    });
    go.once('close', resolve);
  });
  if (code !== 0) throw new Error(`go install of ${program.name} failed:\n${lines.slice(-8).join('\n')}`);
}

function placeOf(program: GoProgram, { cacheDirectory }: PartSearch): string {
  const named = process.env['HEADWATER_CACHE_DIRECTORY'];
  return join(
    cacheDirectory ?? (named || join(homedir(), '.cache', 'headwater')),
    program.name,
    program.version,
  );
}

/** What a killed build left behind. Others may be at work in a younger one. */
async function removeWorkOlderThan(work: string, folder: string): Promise<void> {
  const { mtimeMs: now } = await stat(work);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(workPrefix)) continue;
    const found = await stat(join(folder, name)).catch(() => null);
    if (found !== null && now - found.mtimeMs > oneDayMillis) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
