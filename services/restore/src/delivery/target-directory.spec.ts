import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restoreErrors } from '../restore-errors.js';
import { checkTarget } from './target-checks.js';
import { TargetDirectory } from './target-directory.js';

const code = (name: keyof typeof restoreErrors) => ({ code: restoreErrors[name]('').code });

describe('a target directory', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'headwater-target-'));
  });

  afterEach(async () => {
    await rm(home, { recursive: true });
  });

  const options = (path: string, change: { root?: string; bytes?: number } = {}) => ({
    path,
    root: change.root ?? null,
    ours: [join(home, 'store')],
    bytes: change.bytes ?? 0,
  });

  it('is refused when it is not empty, is a file, or lies below a file', async () => {
    await writeFile(join(home, 'file'), '');
    await mkdir(join(home, 'full', 'x'), { recursive: true });
    await expect(checkTarget(options(join(home, 'full')))).rejects.toMatchObject(code('directoryNotEmpty'));
    await expect(checkTarget(options(join(home, 'file')))).rejects.toMatchObject(code('directoryUnusable'));
    await expect(checkTarget(options(join(home, 'file', 'x')))).rejects.toMatchObject(
      code('directoryUnusable'),
    );
  });

  it('is refused when it cannot be written to', async () => {
    if (process.getuid?.() === 0) {
      // No permission stops root: a file system that takes no directories does.
      await expect(TargetDirectory.take(options('/sys/headwater'), 'r1')).rejects.toMatchObject({
        code: expect.stringMatching(/^RESTORE-1000[57]$/) as string,
      });
      return;
    }
    await mkdir(join(home, 'locked'));
    await chmod(join(home, 'locked'), 0o500);
    await expect(checkTarget(options(join(home, 'locked')))).rejects.toMatchObject(code('directoryUnusable'));
  });

  it('is refused before anything is written when the disk is too small', async () => {
    const target = join(home, 'a', 'b');
    await expect(TargetDirectory.take(options(target, { bytes: 1e18 }), 'r1')).rejects.toMatchObject(
      code('diskTooSmall'),
    );
    expect(await readdir(home)).toEqual([]);
  });

  it('stays below the root, symbolic links followed', async () => {
    const root = join(home, 'root');
    await mkdir(root);
    await symlink(home, join(root, 'out'));
    for (const path of [root, home, join(root, '..', 'x'), join(root, 'out', 'x'), `${root}-not`]) {
      await expect(checkTarget(options(path, { root }))).rejects.toMatchObject(code('outsideRoot'));
    }
    await expect(checkTarget(options(join(root, 'x', 'y'), { root }))).resolves.toBeUndefined();
  });

  it('is taken by one restore at a time, and holds its files only when they are delivered', async () => {
    const target = await TargetDirectory.take(options(join(home, 'x')), 'r1');
    await mkdir(target.dataDirectory);
    await writeFile(join(target.dataDirectory, 'WiredTiger'), '');
    await expect(TargetDirectory.take(options(join(home, 'x')), 'r2')).rejects.toMatchObject(
      code('directoryNotEmpty'),
    );
    await target.deliver({});
    await target.tidy();
    expect(await readdir(join(home, 'x'))).toEqual(['WiredTiger']);
  });

  it('is left as it was when the restore fails', async () => {
    const target = await TargetDirectory.take(options(join(home, 'a', 'b')), 'r1');
    await target.discard();
    expect(await readdir(home)).toEqual([]);
    await mkdir(join(home, 'mine'));
    const given = await TargetDirectory.take(options(join(home, 'mine')), 'r1');
    await given.discard();
    expect(await readdir(home)).toEqual(['mine']);
  });

  it('delivers what a process before this one had finished, and takes nothing of another restore', async () => {
    const path = join(home, 'x');
    const target = await TargetDirectory.take(options(path), 'r1');
    await mkdir(target.dataDirectory);
    await writeFile(join(target.dataDirectory, 'WiredTiger'), '');
    expect(await TargetDirectory.leftBehind(path, 'r2')).toBeNull();
    await target.deliver({ state: 'Ready' });
    await rename(join(path, 'WiredTiger'), join(target.dataDirectory, 'WiredTiger'));
    const left = await TargetDirectory.leftBehind(path, 'r1');
    expect(await left?.begunDelivery()).toEqual({ state: 'Ready' });
    await left?.finishDelivery();
    await left?.tidy();
    expect(await readdir(path)).toEqual(['WiredTiger']);
    expect(await TargetDirectory.leftBehind(path, 'r1')).toBeNull();
  });

  it('is taken by one of two restores that ask at the same moment', async () => {
    const path = join(home, 'x');
    const taken = await Promise.allSettled(['r1', 'r2'].map((id) => TargetDirectory.take(options(path), id)));
    expect(taken.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(taken.find((one) => one.status === 'rejected')?.reason).toMatchObject(code('directoryNotEmpty'));
  });

  it('stays out of what Headwater works in', async () => {
    await mkdir(join(home, 'store'));
    for (const path of [
      join(home, 'store'),
      join(home, 'store', 'x'),
      join(home, '.headwater-restore', 'r1', 'x'),
    ]) {
      await expect(checkTarget(options(path))).rejects.toMatchObject(code('directoryUnusable'));
    }
    await expect(checkTarget(options(join(home, 'x')))).resolves.toBeUndefined();
  });

  it('does not overwrite what came into it meanwhile', async () => {
    const path = join(home, 'x');
    const target = await TargetDirectory.take(options(path), 'r1');
    await mkdir(target.dataDirectory);
    await writeFile(join(target.dataDirectory, 'WiredTiger'), '');
    await writeFile(join(path, 'mine'), '');
    await expect(target.deliver({})).rejects.toMatchObject(code('directoryNotEmpty'));
    await target.discard();
    expect(await readdir(path)).toEqual(['mine']);
  });
});
