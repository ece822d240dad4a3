import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restoreErrors } from '../restore-errors.js';
import { neededBytesOf, surveyTarget, tooSmall } from './target-checks.js';
import { TargetDirectory } from './target-directory.js';

const code = (name: keyof typeof restoreErrors) => ({ code: restoreErrors[name].code });

describe('a target directory', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'headwater-target-'));
  });

  afterEach(async () => {
    await rm(home, { recursive: true });
  });

  const options = (path: string, change: { root?: string; taken?: string[] } = {}) => ({
    path,
    root: change.root ?? null,
    ours: [join(home, 'store')],
    taken: change.taken ?? [],
  });

  /** Surveyed and taken, as a request does it. */
  async function take(path: string, id = 'r1'): Promise<TargetDirectory> {
    const { made } = await surveyTarget(options(path));
    const target = new TargetDirectory({ path, id, made });
    await target.take();
    return target;
  }

  it('is refused when it is not empty, is a file, or lies below a file', async () => {
    await writeFile(join(home, 'file'), '');
    await mkdir(join(home, 'full', 'x'), { recursive: true });
    await expect(surveyTarget(options(join(home, 'full')))).rejects.toMatchObject(code('directoryNotEmpty'));
    await expect(surveyTarget(options(join(home, 'file')))).rejects.toMatchObject(code('directoryUnusable'));
    await expect(surveyTarget(options(join(home, 'file', 'x')))).rejects.toMatchObject(
      code('directoryUnusable'),
    );
  });

  it('is refused when it cannot be written to', async () => {
    if (process.getuid?.() === 0) {
      // No permission stops root: a file system that takes no directories does.
      await expect(take('/sys/headwater')).rejects.toMatchObject({
        code: expect.stringMatching(/^RESTORE-1000[57]$/) as string,
      });
      return;
    }
    await mkdir(join(home, 'locked'));
    await chmod(join(home, 'locked'), 0o500);
    await expect(surveyTarget(options(join(home, 'locked')))).rejects.toMatchObject(
      code('directoryUnusable'),
    );
  });

  it('is told with what is there and what has to be made, without anything being written', async () => {
    const survey = await surveyTarget(options(join(home, 'a', 'b')));
    expect(survey).toMatchObject({ path: join(home, 'a', 'b'), made: join(home, 'a') });
    expect(survey.volume.freeBytes).toBeGreaterThan(0);
    expect(await readdir(home)).toEqual([]);
    await mkdir(join(home, 'empty'));
    const there = await surveyTarget(options(join(home, 'empty')));
    expect(there).toMatchObject({ made: null, volume: { volume: survey.volume.volume } });
  });

  it('needs more room than the files take, and says both numbers', () => {
    const needed = neededBytesOf(1_000_000_000);
    expect(needed).toBeGreaterThan(1_500_000_000);
    expect(tooSmall('/x', needed, 5)).toMatchObject({
      ...code('diskTooSmall'),
      details: { neededBytes: needed, freeBytes: 5 },
    });
  });

  it('is refused where a restore that has not ended goes, above it and below it', async () => {
    const taken = [join(home, 'a', 'b')];
    await symlink(join(home, 'a'), join(home, 'link'));
    await mkdir(join(home, 'a'));
    for (const path of ['a/b', 'a/b/c', 'a', 'link/b']) {
      await expect(surveyTarget(options(join(home, path), { taken }))).rejects.toMatchObject(
        code('directoryTaken'),
      );
    }
    await expect(surveyTarget(options(join(home, 'a', 'bc'), { taken }))).resolves.toBeTruthy();
  });

  it('stays below the root, symbolic links followed', async () => {
    const root = join(home, 'root');
    await mkdir(root);
    await symlink(home, join(root, 'out'));
    for (const path of [root, home, join(root, '..', 'x'), join(root, 'out', 'x'), `${root}-not`]) {
      await expect(surveyTarget(options(path, { root }))).rejects.toMatchObject(code('outsideRoot'));
    }
    await expect(surveyTarget(options(join(root, 'x', 'y'), { root }))).resolves.toBeTruthy();
  });

  it('is taken by one restore at a time, and holds its files only when they are delivered', async () => {
    const target = await take(join(home, 'x'));
    await mkdir(target.dataDirectory);
    await writeFile(join(target.dataDirectory, 'WiredTiger'), '');
    await expect(take(join(home, 'x'), 'r2')).rejects.toMatchObject(code('directoryNotEmpty'));
    await target.deliver({});
    await target.tidy();
    expect(await readdir(join(home, 'x'))).toEqual(['WiredTiger']);
  });

  it('is left as it was when the restore fails', async () => {
    const target = await take(join(home, 'a', 'b'));
    await target.discard();
    expect(await readdir(home)).toEqual([]);
    await mkdir(join(home, 'mine'));
    const given = await take(join(home, 'mine'));
    await given.discard();
    expect(await readdir(home)).toEqual(['mine']);
  });

  it('delivers what a process before this one had finished, and takes nothing of another restore', async () => {
    const path = join(home, 'x');
    const target = await take(path);
    await mkdir(target.dataDirectory);
    await writeFile(join(target.dataDirectory, 'WiredTiger'), '');
    const other = new TargetDirectory({ path, id: 'r2', made: null });
    expect(await other.isThere()).toBe(false);
    expect(await target.begunDelivery()).toBeNull();
    await target.deliver({ state: 'Ready' });
    await rename(join(path, 'WiredTiger'), join(target.dataDirectory, 'WiredTiger'));
    const left = new TargetDirectory({ path, id: 'r1', made: null });
    expect(await left.begunDelivery()).toEqual({ state: 'Ready' });
    await left.finishDelivery();
    await other.tidy();
    expect(await left.isThere()).toBe(true);
    await left.tidy();
    await left.tidy();
    expect(await readdir(path)).toEqual(['WiredTiger']);
  });

  it('takes a delivery back that cannot be finished, so that nothing half-moved stays', async () => {
    const path = join(home, 'x');
    const target = await take(path);
    await mkdir(target.dataDirectory);
    for (const name of ['WiredTiger', 'gone']) await writeFile(join(target.dataDirectory, name), '');
    await target.deliver({});
    await rm(join(path, 'gone'));
    await expect(target.finishDelivery()).rejects.toMatchObject(code('verificationFailed'));
    await target.discard();
    expect(await readdir(home)).toEqual([]);
  });

  it('leaves a file alone that came into it under the name of one that is still to be moved', async () => {
    const path = join(home, 'x');
    const target = await take(path);
    await mkdir(target.dataDirectory);
    for (const name of ['A', 'B']) await writeFile(join(target.dataDirectory, name), 'ours');
    await target.deliver({});
    await rename(join(path, 'B'), join(target.dataDirectory, 'B'));
    await writeFile(join(path, 'B'), 'mine');
    await expect(target.finishDelivery()).rejects.toMatchObject(code('directoryNotEmpty'));
    await target.discard();
    expect(await readdir(path)).toEqual(['B']);
    expect(await readFile(join(path, 'B'), 'utf8')).toBe('mine');
  });

  it('says which files stay when they cannot be moved back, and removes nothing of the rest', async () => {
    const path = join(home, 'x');
    const target = await take(path);
    await mkdir(target.dataDirectory);
    for (const name of ['WiredTiger', 'gone']) await writeFile(join(target.dataDirectory, name), '');
    await target.deliver({});
    await rm(join(path, 'gone'));
    await rm(target.dataDirectory, { recursive: true });
    await writeFile(target.dataDirectory, 'no directory');
    const stuck = {
      ...code('directoryUnusable'),
      message: expect.stringContaining(path) as string,
    };
    await expect(target.finishDelivery()).rejects.toMatchObject(stuck);
    await expect(target.discard()).rejects.toMatchObject(stuck);
    expect(await target.isThere()).toBe(true);
    await rm(target.dataDirectory);
    await target.discard();
    expect(await readdir(home)).toEqual([]);
  });

  it('knows what it has taken of the disk', async () => {
    const target = await take(join(home, 'x'));
    await mkdir(join(target.dataDirectory, 'journal'), { recursive: true });
    const before = await target.takenBytes();
    await writeFile(join(target.dataDirectory, 'journal', 'log'), Buffer.alloc(1024 * 1024, 1), {
      flush: true,
    });
    expect((await target.takenBytes()) - before).toBeGreaterThanOrEqual(1024 * 1024);
  });

  it('is taken by one of two restores that ask at the same moment', async () => {
    const path = join(home, 'x');
    const taken = await Promise.allSettled(['r1', 'r2'].map((id) => take(path, id)));
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
      await expect(surveyTarget(options(path))).rejects.toMatchObject(code('directoryUnusable'));
    }
    await expect(surveyTarget(options(join(home, 'x')))).resolves.toBeTruthy();
  });

  it('does not overwrite what came into it meanwhile', async () => {
    const path = join(home, 'x');
    const target = await take(path);
    await mkdir(target.dataDirectory);
    await writeFile(join(target.dataDirectory, 'WiredTiger'), '');
    await writeFile(join(path, 'mine'), '');
    await expect(target.deliver({})).rejects.toMatchObject(code('directoryNotEmpty'));
    await target.discard();
    expect(await readdir(path)).toEqual(['mine']);
  });
});
