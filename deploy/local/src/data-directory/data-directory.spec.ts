import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { DataDirectory } from './data-directory.js';

describe('DataDirectory', () => {
  let folder: TemporaryDirectory;
  beforeEach(async () => {
    folder = await temporaryDirectory();
  });
  afterEach(() => folder.remove());

  it('is made where it is missing, and opened again by the next run', async () => {
    const path = join(folder.path, 'a', 'b');
    (await DataDirectory.open(path, 1)).release();
    const again = await DataDirectory.open(path, 2);
    expect(again.busFile).toBe(join(path, 'bus', 'headwater.db'));
    again.release();
  });

  it('is for one launcher at a time, and says whose it is', async () => {
    const first = await DataDirectory.open(folder.path, 4711);
    await expect(DataDirectory.open(folder.path, 4712)).rejects.toMatchObject({
      code: 'LAUNCHER-10002',
      message: `${folder.path} is in use by another \`npm start\` (process 4711)`,
    });
    first.release();
    (await DataDirectory.open(folder.path, 4712)).release();
  });

  it('is free again once its launcher was killed', async () => {
    const program = `
      const { DatabaseSync } = require('node:sqlite');
      const db = new DatabaseSync(process.argv[1] + '/launcher.lock');
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      console.log('locked');
      setInterval(() => undefined, 1000);`;
    const holder = spawn(process.execPath, ['-e', program, folder.path], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(holder.stdout, 'data');
    await expect(DataDirectory.open(folder.path, 1)).rejects.toMatchObject({ code: 'LAUNCHER-10002' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const opened = await eventually(() => DataDirectory.open(folder.path, 1));
    opened.release();
  });

  it('is left alone when a newer version has made it', async () => {
    (await DataDirectory.open(folder.path, 1)).release();
    writeFileSync(join(folder.path, 'launcher.json'), '{"format":2,"pid":7}');
    await expect(DataDirectory.open(folder.path, 2)).rejects.toMatchObject({
      code: 'LAUNCHER-10012',
      message: `${folder.path} was made by a newer version of Headwater (format 2; this one knows 1)`,
    });
    expect(readFileSync(join(folder.path, 'launcher.json'), 'utf8')).toContain('"format":2');
    writeFileSync(join(folder.path, 'launcher.json'), '{"pid":7}\n');
    (await DataDirectory.open(folder.path, 2)).release();
  });

  it('tells the next run which processes this one had', async () => {
    const first = await DataDirectory.open(folder.path, 1);
    expect(first.earlierProcesses).toEqual([]);
    first.noteProcesses([11, 12]);
    first.release();
    const second = await DataDirectory.open(folder.path, 2);
    expect(second.earlierProcesses).toEqual([11, 12]);
    second.release();
  });

  it('is never somebody else’s directory', async () => {
    writeFileSync(join(folder.path, 'thesis.txt'), '');
    await expect(DataDirectory.open(folder.path, 1)).rejects.toMatchObject({
      code: 'LAUNCHER-10003',
      message: `${folder.path} is not empty and holds no Headwater data (thesis.txt)`,
    });
    await expect(DataDirectory.open(join(folder.path, 'thesis.txt'), 1)).rejects.toMatchObject({
      code: 'LAUNCHER-10003',
    });
  });

  it('is removed with all that is in it when it was temporary', async () => {
    const made = await DataDirectory.temporary(folder.path, 1);
    mkdirSync(made.store);
    made.release();
    await made.remove();
    expect(made.temporary).toBe(true);
    expect(existsSync(made.path)).toBe(false);
  });
});
