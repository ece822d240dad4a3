import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStore } from '@headwater/object-store/conformance';
import { DirectoryStore } from './index.js';

async function temporary(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'headwater-store-'));
}

async function keysOf(store: DirectoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) {
    keys.push(key);
  }
  return keys;
}

const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

describeObjectStore('a directory', async () => {
  const root = await temporary();
  return {
    store: await DirectoryStore.open(join(root, 'new', 'store')),
    reopen: () => DirectoryStore.open(join(root, 'new', 'store')),
    dispose: () => rm(root, { recursive: true }),
  };
});

describe('a directory store', () => {
  let root = '';

  beforeEach(async () => {
    root = await temporary();
  });

  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it('leaves no temporary file behind, whatever the answer', async () => {
    const store = await DirectoryStore.open(root);
    await store.create('a', Buffer.from('1'));
    await store.create('a', Buffer.from('2'));
    expect(await readdir(join(root, '#temporary'))).toEqual([]);
  });

  it('clears temporary files of dead processes only, and never lists one', async () => {
    const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-');
    const [dead, ours, living] = ['4194305', String(process.pid), String(process.ppid)];
    const left = [`${host}.${dead}.00000000.1`, `${host}.${ours}.00000000.1`, 'elsewhere.1.00000000.1'];
    const kept = [`${host}.${living}.00000000.1`, 'elsewhere.1.00000000.2', 'somebody-elses'];
    await mkdir(join(root, '#temporary'));
    for (const name of [...left, ...kept]) {
      await writeFile(join(root, '#temporary', name), 'half of an obj');
    }
    await utimes(join(root, '#temporary', 'elsewhere.1.00000000.1'), 1_600_000_000, 1_600_000_000);
    const store = await DirectoryStore.open(root);
    expect(await readdir(join(root, '#temporary'))).toEqual([...kept].sort());
    expect(await keysOf(store)).toEqual([]);
  });

  it('does not follow a symbolic link, neither to a file nor through a folder', async () => {
    const outside = await temporary();
    await writeFile(join(outside, 'secret'), 'secret');
    const store = await DirectoryStore.open(root);
    await symlink(outside, join(root, 'folder'));
    await symlink(join(outside, 'secret'), join(root, 'file'));
    for (const key of ['folder/secret', 'file']) {
      await expect(store.read(key)).rejects.toEqual(withCode('STORE-10001'));
      await expect(store.readRange(key, 0, 1)).rejects.toEqual(withCode('STORE-10001'));
      expect(await store.stat(key)).toBeNull();
      await store.remove(key);
    }
    await expect(store.create('folder/new', Buffer.from('x'))).rejects.toEqual(withCode('STORE-10005'));
    await expect(store.create('file', Buffer.from('x'))).rejects.toEqual(withCode('STORE-10005'));
    expect(await keysOf(store)).toEqual([]);
    for await (const { key } of store.list('folder/')) {
      throw new Error(`listed ${key}`);
    }
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
    await rm(outside, { recursive: true });
  });

  it('may itself be reached over a symbolic link', async () => {
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'link'));
    const store = await DirectoryStore.open(join(root, 'link'));
    await store.create('a/b', Buffer.from('x'));
    expect(await readFile(join(root, 'real', 'a', 'b'), 'utf8')).toBe('x');
    expect(await keysOf(store)).toEqual(['a/b']);
  });

  it('says that a key is the folder of another one', async () => {
    const store = await DirectoryStore.open(root);
    await store.create('a/b', Buffer.from('x'));
    await expect(store.create('a', Buffer.from('x'))).rejects.toEqual(withCode('STORE-10005'));
    await expect(store.create('a/b/c', Buffer.from('x'))).rejects.toEqual(withCode('STORE-10005'));
  });

  it('says at its opening that it cannot be used', async () => {
    await writeFile(join(root, 'file'), '');
    for (const path of [join(root, 'file'), join(root, 'file', 'below'), '/proc/self/store']) {
      await expect(DirectoryStore.open(path)).rejects.toEqual(withCode('STORE-10004'));
    }
  });

  it('goes on after a folder was taken away', async () => {
    const store = await DirectoryStore.open(root);
    await store.create('a/b', Buffer.from('x'));
    await rm(join(root, 'a'), { recursive: true });
    await expect(store.create('a/c', Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORE-10003',
      retryable: true,
    });
    expect(await store.create('a/c', Buffer.from('x'))).toBe('created');
  });
});
