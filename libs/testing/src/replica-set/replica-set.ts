import { join } from 'node:path';
import { MongoServerError, type Db, type MongoClient, type MongoClientOptions } from 'mongodb';
import type { MongodBinary } from '@headwater/mongod';
import { eventually } from '../eventually.js';
import { mongoClient } from '../mongo-client.js';
import { temporaryDirectory } from '../temporary-directory.js';
import { Member } from './member.js';

export interface ReplicaSetOptions {
  readonly binary: Pick<MongodBinary, 'path'>;
  /** 1 to 7; 1 unless told otherwise. */
  readonly members?: number;
  /** `rs0` unless told otherwise. */
  readonly name?: string;
  /**
   * Where the members' data directories are made. Without it a temporary one, removed by `stop`. Those of an earlier
   * set of the same name and size are started again: the same replica set, at other ports.
   */
  readonly directory?: string;
  /** 512 unless told otherwise. */
  readonly oplogMiB?: number;
  /** From one checkpoint to the next, in seconds; 60, the server's own, unless told otherwise. An oplog is cut at one. */
  readonly checkpointSeconds?: number;
  /** WiredTiger's cache of each member; 256, the least, unless told otherwise. */
  readonly cacheMiB?: number;
  /**
   * More server parameters. `enableTestCommands` is 1 unless it is set here: without it the server has no dbHash at
   * a past cluster time.
   */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
}

/** Every member gone, or an election under way, at its worst. */
const primaryDeadlineMs = 60_000;

/** A copy of everything, at its worst. */
const additionDeadlineMs = 600_000;

/** Half of the default timeout: tests kill primaries, but a loaded machine must not start elections by itself. */
const elections = { electionTimeoutMillis: 5000, heartbeatIntervalMillis: 1000 };

/** A real replica set on 127.0.0.1. */
export interface ReplicaSet {
  readonly name: string;
  /** All members, with `replicaSet=`. */
  readonly uri: string;
  readonly members: readonly Member[];
  /** The member that accepts writes now; waits for an election. */
  primary(): Promise<Member>;
  /** Starts a further member without a vote. Resolves when its initial sync is done: it is a secondary then. */
  add(): Promise<Member>;
  /** A client of the whole set, closed by `stop` at the latest. It connects with its first operation. */
  connect(options?: MongoClientOptions): MongoClient;
  /** Ends every member and removes what `startReplicaSet` made; may be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts and initiates a replica set. Resolves when it has a primary and every other member is a secondary.
 *
 * @throws Error with the end of the log when a member does not come up; nothing keeps running then.
 */
export async function startReplicaSet(options: ReplicaSetOptions): Promise<ReplicaSet> {
  const own = options.directory === undefined ? await temporaryDirectory('headwater-set-') : null;
  const set = new LocalReplicaSet(options, own?.path ?? options.directory ?? '.', own);
  try {
    await set.start();
    return set;
  } catch (error) {
    await set.stop();
    throw error;
  }
}

class LocalReplicaSet implements ReplicaSet {
  readonly name: string;
  readonly members: Member[] = [];
  private readonly clients: MongoClient[] = [];

  constructor(
    private readonly options: ReplicaSetOptions,
    private readonly directory: string,
    private readonly own: { remove(): Promise<void> } | null,
  ) {
    this.name = options.name ?? 'rs0';
  }

  get uri(): string {
    const hosts = this.members.map((member) => member.host).join(',');
    return `mongodb://${hosts}/?replicaSet=${this.name}`;
  }

  async start(): Promise<void> {
    for (let n = 0; n < (this.options.members ?? 1); n++) await this.startMember();
    await this.initiate();
  }

  async add(): Promise<Member> {
    const primary = await this.primary();
    const _id = this.members.length;
    const member = await this.startMember();
    await asked(primary, async (client) => {
      const admin = client.db('admin');
      const { config } = (await admin.command({ replSetGetConfig: 1 })) as unknown as { config: SetConfig };
      const members = [...config.members, { _id, host: member.host, votes: 0, priority: 0 }];
      await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members } });
    });
    await eventually(async () => (await hello(member))?.['secondary'] === true, {
      deadlineMs: additionDeadlineMs,
      describe: `${member.host} to be a secondary`,
      pauseMs: 20,
    });
    return member;
  }

  async primary(): Promise<Member> {
    return eventually(
      async () => {
        for (const member of this.members) {
          if (member.running && (await hello(member))?.['isWritablePrimary'] === true) return member;
        }
        return null;
      },
      { deadlineMs: primaryDeadlineMs, describe: `a primary of ${this.name}` },
    );
  }

  connect(options: MongoClientOptions = {}): MongoClient {
    const client = mongoClient(this.uri, options);
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.splice(0).map((client) => client.close(true)));
    // Files that are deleted anyway need no clean shutdown.
    await Promise.all(this.members.map((member) => (this.own ? member.kill9() : member.stop())));
    await this.own?.remove();
  }

  private async startMember(): Promise<Member> {
    const { options, name } = this;
    const member = await Member.start({
      binary: options.binary.path,
      directory: join(this.directory, `${name}-${this.members.length}`),
      cacheMiB: options.cacheMiB ?? 256,
      parameters: { enableTestCommands: 1, ...options.parameters },
      arguments: [
        ...['--replSet', name, '--oplogSize', String(options.oplogMiB ?? 512)],
        ...['--syncdelay', String(options.checkpointSeconds ?? 60)],
      ],
    });
    this.members.push(member);
    return member;
  }

  private async initiate(): Promise<void> {
    const [first] = this.members;
    if (first === undefined) throw new Error('a replica set needs a member');
    const members = this.members.map(({ host }, _id) => ({ _id, host }));
    await asked(first, async (client) => {
      const admin = client.db('admin');
      await admin
        .command({ replSetInitiate: { _id: this.name, members, settings: elections } })
        .catch((error: unknown) => {
          if (!isAlreadyInitialized(error)) throw error;
          return readdress(admin, members);
        });
    });
    await this.primary();
    await eventually(
      async () => {
        const states = await Promise.all(this.members.map(hello));
        return states.every(
          (state) => state?.['isWritablePrimary'] === true || state?.['secondary'] === true,
        );
      },
      { deadlineMs: primaryDeadlineMs, describe: `every member of ${this.name} to be up` },
    );
  }
}

interface MemberAddress {
  readonly _id: number;
  readonly host: string;
}

interface SetConfig {
  readonly version: number;
  readonly members: readonly MemberAddress[];
}

/** Members that find themselves under no address of the configuration stand aside until it names them again. */
async function readdress(admin: Db, members: readonly MemberAddress[]): Promise<void> {
  const { config } = (await admin.command({ replSetGetConfig: 1 })) as unknown as { config: SetConfig };
  const addressed = config.members.map((member) => ({
    ...member,
    host: members.find(({ _id }) => _id === member._id)?.host ?? member.host,
  }));
  const replSetReconfig = { ...config, version: config.version + 1, members: addressed };
  await admin.command({ replSetReconfig, force: true });
}

/** The server's code of a `replSetInitiate` on the data of a set. */
const alreadyInitialized = 23;

function isAlreadyInitialized(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === alreadyInitialized;
}

type Hello = Readonly<Record<string, unknown>>;

/** A frozen member answers nothing: its question ends after two seconds. */
async function hello(member: Member): Promise<Hello | null> {
  return asked(member, (client) => client.db('admin').command({ hello: 1 })).catch(() => null);
}

async function asked<T>(member: Member, question: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = mongoClient(member.directUri, { serverSelectionTimeoutMS: 2000, socketTimeoutMS: 30_000 });
  try {
    return await question(client);
  } finally {
    await client.close();
  }
}
