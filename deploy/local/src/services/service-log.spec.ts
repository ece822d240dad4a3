import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { readableLine, ServiceLog } from './service-log.js';

describe('ServiceLog', () => {
  let folder: TemporaryDirectory;
  let path: string;
  beforeEach(async () => {
    folder = await temporaryDirectory();
    path = join(folder.path, 'logs', 'agent.log');
  });
  afterEach(() => folder.remove());

  it('tells the last lines of this run, none of an earlier one', async () => {
    await expect((await ServiceLog.open(path)).lastLines(5)).resolves.toEqual([]);
    writeFileSync(path, 'earlier\n');
    const log = await ServiceLog.open(path);
    appendFileSync(path, 'a\nb\n\nc\n');
    await expect(log.lastLines(2)).resolves.toEqual(['b', 'c']);
    await expect(log.lastLines(9)).resolves.toEqual(['a', 'b', 'c']);
  });

  it('sets aside what becomes long under a process that writes to it, and goes on in the same file', async () => {
    const log = await ServiceLog.open(path);
    const output = openSync(path, 'a');
    writeSync(output, 'early\n');
    await log.bound();
    expect(existsSync(`${path}.1`)).toBe(false);
    writeSync(output, Buffer.alloc(17 * 1024 * 1024, 'x\n'));
    await log.bound();
    writeSync(output, 'late\n');
    closeSync(output);
    expect(statSync(`${path}.1`).size).toBeGreaterThan(17 * 1024 * 1024);
    expect(readFileSync(path, 'utf8')).toBe('late\n');
    await expect(log.lastLines(3)).resolves.toEqual(['late']);
  });

  it('sets a long log aside', async () => {
    await ServiceLog.open(path);
    writeFileSync(path, '');
    truncateSync(path, 17 * 1024 * 1024);
    await ServiceLog.open(path);
    expect([existsSync(path), existsSync(`${path}.1`)]).toEqual([false, true]);
  });
});

describe('readableLine', () => {
  it('is time, level, message, error and what to do', () => {
    const err = { message: 'port 7310 is taken', code: 'KIT-10002', solution: 'Set another.' };
    const line = {
      level: 'fatal',
      time: '2026-11-24T08:00:12.345Z',
      service: 'agent',
      err,
      msg: 'cannot start',
    };
    expect(readableLine(JSON.stringify(line))).toBe(
      '08:00:12 FATAL cannot start: port 7310 is taken (KIT-10002: Set another.)',
    );
  });

  it('leaves other lines as they are, if not too long', () => {
    expect(readableLine('Error: Cannot find module')).toBe('Error: Cannot find module');
    expect(readableLine('{"no": "message"}')).toBe('{"no": "message"}');
    expect(readableLine('x'.repeat(1000))).toHaveLength(400);
  });
});
