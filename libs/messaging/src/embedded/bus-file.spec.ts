import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messagingErrors } from '@headwater/messaging';
import { BusFile } from './bus-file.js';
import { EmbeddedBus } from './embedded-bus.js';

const some = { key: 'k', headers: {}, value: Buffer.from('v') };

describe('the file of an embedded bus', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'headwater-bus-'));
    path = join(directory, 'bus');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  /** A bus with a few megabytes in it. */
  async function filled(): Promise<void> {
    const bus = await EmbeddedBus.open(path);
    for (let i = 0; i < 20; i += 1)
      await bus.produce('topic', [{ ...some, value: Buffer.alloc(100_000, 1) }]);
    await bus.close();
  }

  it('syncs every commit, and can give space back', async () => {
    await filled();
    const file = await BusFile.open(path);
    const pragma = (name: string) => Object.values(file.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('auto_vacuum')).toBe(2);
    file.close();
  });

  it('is made together with its directory', async () => {
    path = join(directory, 'a', 'b', 'bus');
    await filled();
    expect(statSync(path).size).toBeGreaterThan(2_000_000);
  });

  it('is made whole where a killed process left the beginning of one', async () => {
    const beginning = new DatabaseSync(path);
    beginning.exec('PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
    beginning.close();
    await filled();
    rmSync(path);
    writeFileSync(path, '');
    await filled();
  });

  it.each([
    ['text', 'These are my notes.\n'.repeat(1000)],
    ['the wrong bytes where SQLite keeps its mark', Buffer.alloc(65_536, 0xab)],
  ])('is not taken for one and left untouched where it has %s', async (_what, content) => {
    writeFileSync(path, content);
    await expect(EmbeddedBus.open(path)).rejects.toMatchObject({ code: 'MESSAGING-10003' });
    expect(readFileSync(path)).toEqual(Buffer.from(content));
  });

  it('is not taken for one and left untouched where it is the database of another application', async () => {
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE topics (name TEXT)');
    other.close();
    const before = readFileSync(path);
    await expect(EmbeddedBus.open(path)).rejects.toMatchObject({ code: 'MESSAGING-10003' });
    expect(readFileSync(path)).toEqual(before);
  });

  it('is refused when a later release has written it', async () => {
    await filled();
    const later = new DatabaseSync(path);
    later.exec('PRAGMA user_version = 2');
    later.close();
    await expect(EmbeddedBus.open(path)).rejects.toMatchObject({
      code: 'MESSAGING-10005',
      message: `the bus file ${path} has format 2, this release reads 1`,
    });
  });

  it('is refused when it is damaged, with what to do', async () => {
    await filled();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x5a, 16_384));
    await expect(EmbeddedBus.open(path)).rejects.toMatchObject({
      code: 'MESSAGING-10004',
      solution: messagingErrors.damagedFile('').solution,
      details: { file: path },
    });
  });

  it('tells consumers of damage that is met later, again at every try', async () => {
    await filled();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x5a, bytes.length / 2));
    const bus = await EmbeddedBus.open(path);
    const codes: unknown[] = [];
    const damaged = Promise.withResolvers<undefined>();
    await bus.consume({
      group: 'g',
      topics: ['topic'],
      onMessage: () => Promise.resolve(),
      onError: (error) => {
        codes.push((error as { code?: unknown }).code);
        if (codes.length === 2) damaged.resolve(undefined);
      },
    });
    await damaged.promise;
    expect(codes).toEqual(['MESSAGING-10004', 'MESSAGING-10004']);
    await bus.close();
  });

  it('is refused where no file can be', async () => {
    const refused = { code: 'MESSAGING-10002' };
    mkdirSync(path);
    await expect(EmbeddedBus.open(path)).rejects.toMatchObject(refused);
    writeFileSync(join(directory, 'file'), 'x');
    await expect(EmbeddedBus.open(join(directory, 'file', 'bus'))).rejects.toMatchObject(refused);
  });

  it('has one active consumer a group, whatever link leads to it', async () => {
    const bus = await EmbeddedBus.open(path);
    symlinkSync(path, join(directory, 'link'));
    const linked = await EmbeddedBus.open(join(directory, 'link'));
    const options = { group: 'a/b ü', topics: ['topic'], onMessage: () => Promise.resolve() };
    const first = await bus.consume(options);
    const second = await linked.consume(options);
    expect([first.active, second.active]).toEqual([true, false]);
    await Promise.all([bus.close(), linked.close()]);
  });

  it('is waited for while another process writes: the event loop goes on, the order of the calls holds', async () => {
    const bus = await EmbeddedBus.open(path);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const done: number[] = [];
    const produce = (n: number) =>
      bus.produce('topic', [{ ...some, key: String(n) }]).then(() => done.push(n));
    const calls = [produce(1), produce(2), produce(3)];
    expect(await bus.latest('topic', '1')).toBeNull();
    let turns = 0;
    const until = performance.now() + 200;
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      turns += 1;
    }
    expect(turns).toBeGreaterThan(5);
    expect(done).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    // Nothing is in the way of this one, but those before it still pause.
    await Promise.all([...calls, produce(4)]);
    expect(done).toEqual([1, 2, 3, 4]);
    expect((await bus.latest('topic', '4'))?.offset).toBe(3);
    await bus.close();
  });

  it('is said to be busy when the other process does not end', async () => {
    const file = await BusFile.open(path, 100);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const refused = { code: 'MESSAGING-10006', retryable: true };
    await expect(file.write(() => undefined)).rejects.toMatchObject(refused);
    other.exec('ROLLBACK');
    await expect(file.write(() => 'written')).resolves.toBe('written');
    other.close();
    file.close();
  });

  it('keeps nothing of a write that failed half way', async () => {
    const file = await BusFile.open(path);
    const insert = file.prepare('INSERT INTO topics (name, next_offset) VALUES (?, 0)');
    const half = file.write(() => {
      insert.run('one');
      throw messagingErrors.unexpected('half way');
    });
    await expect(half).rejects.toMatchObject({ message: 'half way' });
    await file.write(() => insert.run('two'));
    expect(
      file
        .prepare('SELECT name FROM topics')
        .all()
        .map(({ name }) => name),
    ).toEqual(['two']);
    file.close();
  });
});
