import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { IncomingMessage } from '@headwater/messaging';
import { EmbeddedBus } from '../embedded-bus.js';

type Script = 'numbered-producer' | 'numbered-consumer' | 'bus-opener' | 'upkeep-runner';

/** A process of its own on the bus, and what it has said so far. */
class BusProcess {
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(script: Script, args: readonly string[], options: SpawnOptions = {}) {
    const node = ['--conditions=@headwater/source', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];
    const hooks = ['--import', join(__dirname, 'source-hooks.mjs')];
    this.child = spawn(process.execPath, [...node, ...hooks, join(__dirname, `${script}.mjs`), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...options,
    });
    if (this.child.stdout !== null)
      createInterface(this.child.stdout).on('line', (line) => this.lines.push(line));
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', resolve);
    });
  }

  /** Resolves when it has been killed and everything it said was read. */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }

  says(beginning: string): Promise<void> {
    return until(`'${beginning}'`, () => this.lines.some((line) => line.startsWith(beginning)));
  }

  /** Null while it runs, and when it was killed. */
  get exitCode(): number | null {
    return this.child.exitCode;
  }

  numbers(verb: string): number[] {
    return this.lines.filter((line) => line.startsWith(`${verb} `)).map((line) => Number(line.split(' ')[1]));
  }

  last(verb: string): number {
    return this.numbers(verb).at(-1) ?? 0;
  }
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`did not come to pass in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The same pauses in every run: mulberry32. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const inMillis = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

async function readAll(file: string, topic: string, count: number): Promise<IncomingMessage[]> {
  const bus = await EmbeddedBus.open(file);
  const received: IncomingMessage[] = [];
  await bus.consume({
    group: 'auditor',
    topics: [topic],
    onMessage: (message) => Promise.resolve(void received.push({ ...message, value: null })),
  });
  await until(`${count} messages`, () => received.length >= count);
  await bus.close();
  return received;
}

function integrityOf(file: string): unknown {
  const db = new DatabaseSync(file);
  const result = db.prepare('PRAGMA integrity_check').get();
  db.close();
  return result?.integrity_check;
}

function heldOf(file: string): { first: number; last: number; bytes: number } {
  const db = new DatabaseSync(file, { readOnly: true });
  const held = db
    .prepare(
      'SELECT min(offset) AS first, max(offset) AS last, sum(octet_length(value)) AS bytes FROM messages',
    )
    .get();
  db.close();
  return { first: Number(held?.first), last: Number(held?.last), bytes: Number(held?.bytes) };
}

describe('processes that share an embedded bus', () => {
  let directory: string;
  let file: string;
  let processes: BusProcess[];

  const start = (script: Script, args: readonly string[], options?: SpawnOptions) => {
    const started = new BusProcess(script, args, options);
    processes.push(started);
    return started;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'headwater-bus-'));
    file = join(directory, 'bus');
    processes = [];
  });
  afterEach(async () => {
    await Promise.all(processes.map((each) => each.end()));
    rmSync(directory, { recursive: true });
  });

  it('a producer killed again and again loses nothing that was acknowledged, repeats nothing, tears no call', async () => {
    const random = seeded(20_261_124);
    let acknowledged = 0;
    for (let life = 1; life <= 15; life += 1) {
      const producer = start('numbered-producer', [file, 'numbers']);
      await producer.says('acked');
      await inMillis(random(150));
      await producer.end();
      expect(producer.last('resumed')).toBeGreaterThanOrEqual(acknowledged);
      expect(producer.lines).not.toContain('torn');
      acknowledged = producer.last('acked');
    }
    const producer = start('numbered-producer', [file, 'numbers']);
    await producer.says('acked');
    await producer.end('SIGTERM');
    acknowledged = producer.last('acked');
    const received = await readAll(file, 'numbers', acknowledged);
    expect(received.map(({ headers }) => Number(headers.number))).toEqual(
      Array.from({ length: acknowledged }, (_, i) => i + 1),
    );
    expect(integrityOf(file)).toBe('ok');
  });

  it('consumers killed again and again skip nothing, repeat nothing committed, and are followed within 2 s', async () => {
    const random = seeded(7_310);
    let producer = start('numbered-producer', [file, 'numbers']);
    await producer.says('acked');
    let active = start('numbered-consumer', [file, 'numbers']);
    await active.says('assigned');
    let received = 0;
    let committed = 0;
    const examine = (consumer: BusProcess) => {
      const numbers = consumer.numbers('received');
      const first = numbers[0] ?? received + 1;
      expect(numbers).toEqual(numbers.map((_, i) => first + i));
      expect(consumer.lines.filter((line) => /^(spoilt|failed)/.test(line))).toEqual([]);
      expect(first).toBeGreaterThan(committed);
      expect(first).toBeLessThanOrEqual(received + 1);
      received = Math.max(received, numbers.at(-1) ?? 0);
      committed = Math.max(committed, consumer.last('committed'));
    };
    for (let life = 1; life <= 15; life += 1) {
      const standby = start('numbered-consumer', [file, 'numbers']);
      await standby.says('ready');
      await active.says('committed');
      await inMillis(random(150));
      if (life % 3 === 0) {
        await producer.end();
        producer = start('numbered-producer', [file, 'numbers']);
      }
      expect(standby.lines).toEqual(['ready']);
      const killed = performance.now();
      const dead = active.end();
      await standby.says('assigned');
      expect(performance.now() - killed).toBeLessThan(2000);
      await dead;
      examine(active);
      active = standby;
    }
    await producer.says('acked');
    await producer.end('SIGTERM');
    const end = producer.last('acked');
    await until('the last message', () => active.last('received') === end);
    await active.end('SIGTERM');
    examine(active);
    expect(received).toBe(end);
    expect(integrityOf(file)).toBe('ok');
  });

  it('upkeep killed again and again takes nothing that is not committed, and is followed by another', async () => {
    const random = seeded(7_312);
    const producer = start('numbered-producer', [file, 'numbers']);
    const consumer = start('numbered-consumer', [file, 'numbers']);
    let keeper = start('upkeep-runner', [file, 'numbers']);
    await keeper.says('ready');
    for (let life = 1; life <= 12; life += 1) {
      const standby = start('upkeep-runner', [file, 'numbers']);
      await standby.says('ready');
      await inMillis(random(200));
      await keeper.end();
      expect(keeper.lines).toEqual(['ready']);
      keeper = standby;
    }
    const passed = consumer.last('committed') + 60;
    await until('60 more numbers', () => consumer.last('committed') > passed);
    await producer.end('SIGTERM');
    const end = producer.last('acked');
    await until('the last message', () => consumer.last('received') === end);
    await consumer.end('SIGTERM');
    expect(consumer.numbers('received')).toEqual(Array.from({ length: end }, (_, n) => n + 1));
    await until('upkeep to be done', () => heldOf(file).bytes < 2_000_000);
    await keeper.end('SIGTERM');
    const { first, last } = heldOf(file);
    expect(last).toBe(end - 1);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(consumer.last('committed'));
    expect(integrityOf(file)).toBe('ok');
  });

  it('may make the file together, and be killed at it', async () => {
    const random = seeded(42);
    for (let round = 1; round <= 10; round += 1) {
      const makers = ['a', 'b'].map((name) => start('bus-opener', [join(directory, `new-${round}`), name]));
      await inMillis(80 + random(120));
      await Promise.all(makers.map((maker) => maker.end()));
      const bus = await EmbeddedBus.open(join(directory, `new-${round}`));
      await bus.produce('names', [{ key: 'k', headers: {}, value: null }]);
      await bus.close();
    }
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const together = String(Date.now() + 3000);
    const openers = names.map((name) => start('bus-opener', [file, name, together]));
    expect(await Promise.all(openers.map((opener) => opener.ended))).toEqual(names.map(() => 0));
    expect(openers.map(({ lines }) => lines)).toEqual(names.map(() => ['opened', 'done']));
    const received = await readAll(file, 'names', names.length * 3);
    for (const name of names) {
      const own = received.filter(({ headers }) => headers.name === name);
      expect(own.map(({ key }) => key)).toEqual(['1', '2', '3']);
    }
  });

  it('end by themselves once they have closed it', async () => {
    const opener = start('bus-opener', [file, 'a']);
    await opener.says('done');
    await until('the end of the process', () => opener.exitCode !== null);
    expect(opener.exitCode).toBe(0);
  });

  it('are told when the directory or the file may not be written', async () => {
    if (process.getuid?.() !== 0) return; // Only root can start a process as somebody else.
    chmodSync(directory, 0o755);
    const nobody = { uid: 65_534, gid: 65_534 };
    const inside = start('bus-opener', [file, 'a'], nobody);
    await inside.ended;
    expect(inside.lines).toEqual([expect.stringContaining('refused MESSAGING-10002')]);
    const below = start('bus-opener', [join(directory, 'below', 'bus'), 'a'], nobody);
    await below.ended;
    expect(below.lines).toEqual([expect.stringContaining('refused MESSAGING-10002')]);
    mkdirSync(join(directory, 'open'));
    chmodSync(join(directory, 'open'), 0o777);
    const owned = await EmbeddedBus.open(join(directory, 'open', 'bus'));
    const other = start('bus-opener', [join(directory, 'open', 'bus'), 'a'], nobody);
    await other.ended;
    await owned.close();
    expect(other.lines).toEqual([expect.stringContaining('refused MESSAGING-10002')]);
  });
});
