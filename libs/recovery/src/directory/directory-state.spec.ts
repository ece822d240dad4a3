import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDirectory } from './claim.js';
import { readState, removeState, stateFileOf, writeState, type DirectoryState } from './directory-state.js';

const position = { ts: { t: 1_764_000_000, i: 3 }, term: 2 };
const fields = { format: 1, chain: 'a-chain', series: '6.0' } as const;
const states: DirectoryState[] = [
  { ...fields, phase: 'seeding' },
  { ...fields, phase: 'materializing' },
  { ...fields, phase: 'idle', position, fingerprint: null },
  { ...fields, phase: 'appending', position, to: { t: 1_764_000_009, i: 0xffff_ffff } },
  { ...fields, phase: 'recovering', target: position },
];

describe('the state of a directory', () => {
  let root: string;
  let directory: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-state-'));
    directory = join(root, 'below', 'data');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it.each(states)('reads back as it was written: $phase', async (state) => {
    await writeState(directory, state);
    expect(await readState(directory)).toEqual(state);
    expect(await readdir(join(root, 'below'))).toEqual(['data.state.json']);
  });

  it('is null for a directory that Headwater never made, or has handed over', async () => {
    expect(await readState(directory)).toBeNull();
    await writeState(directory, { ...fields, phase: 'idle', position, fingerprint: null });
    await removeState(directory);
    expect(await readState(directory)).toBeNull();
  });

  it('is never guessed: what does not read is an error that names the file', async () => {
    await writeState(directory, { ...fields, phase: 'idle', position, fingerprint: null });
    for (const text of ['', '{"format":1', '{"format":2,"phase":"idle"}', '{"format":1,"phase":"idle"}']) {
      await writeFile(stateFileOf(directory), text);
      await expect(readState(directory)).rejects.toMatchObject({
        code: 'RECOVERY-10011',
        message: expect.stringContaining(stateFileOf(directory)) as string,
      });
    }
  });
});

describe('claiming a directory', () => {
  let root: string;
  let directory: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-claim-'));
    directory = join(root, 'data');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('empties what Headwater made, and writes down first what it is for now', async () => {
    await claimDirectory(directory, { ...fields, phase: 'materializing' });
    await writeFile(join(directory, 'WiredTiger'), 'old');
    await claimDirectory(directory, { ...fields, phase: 'seeding' });
    expect(await readdir(directory)).toEqual([]);
    expect((await readState(directory))?.phase).toBe('seeding');
  });

  it('refuses a directory with anything else in it, and leaves that alone', async () => {
    await claimDirectory(directory, { ...fields, phase: 'seeding' });
    await removeState(directory);
    await writeFile(join(directory, 'precious'), '');
    await expect(claimDirectory(directory, { ...fields, phase: 'seeding' })).rejects.toMatchObject({
      code: 'RECOVERY-10002',
    });
    expect(await readdir(directory)).toEqual(['precious']);
    expect(await readState(directory)).toBeNull();
  });
});
