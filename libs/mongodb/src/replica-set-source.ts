import type { Clock } from '@headwater/clock';
import { isRetryable, type HeadwaterError } from '@headwater/errors';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import { DirectConnection } from './connection/direct-connection.js';
import { untilAborted } from './connection/interruption.js';
import { oldestEntry } from './entries/oplog-entries.js';
import type { ScannedCollection } from './initial-sync/natural-scan.js';
import type { SourceCollection } from './initial-sync/source-collection.js';
import type { SyncBeginning } from './initial-sync/sync-beginning.js';
import { SyncReader } from './initial-sync/sync-reader.js';
import { mongodbErrors } from './mongodb-errors.js';
import { openTail, type TailOpening, type TailStart } from './tailing/tail-opening.js';
import { discoverMembers, type DiscoveryOptions } from './topology/discovery.js';
import { greetingOf, type MemberGreeting } from './topology/greeting.js';
import { identify, replicaSetIdOf, type SourceIdentity } from './topology/identity.js';
import type { Candidate } from './topology/member-choice.js';
import { checkPrivileges } from './topology/privileges.js';
import { SeedList } from './topology/seed-list.js';

export interface SourceOptions extends DiscoveryOptions {
  readonly clock: Clock;
  /**
   * How long entries of a tail gather before the next batch is asked for, in milliseconds. Default 50. Zero: every
   * write costs a round trip.
   */
  readonly gatherMillis?: number;
}

export interface OplogBounds {
  readonly oldest: Position;
  readonly newest: Position;
  /** Nothing up to it can roll back. */
  readonly majority: Position;
}

/**
 * One member of a replica set, pinned: the tail and the initial sync of one source never mix members. When it fails,
 * close it and open another one.
 */
export class ReplicaSetSource {
  private readonly reader: SyncReader;
  private readonly closing = new AbortController();

  private constructor(
    /** For verification. */
    readonly connection: DirectConnection,
    readonly identity: SourceIdentity,
    private readonly options: SourceOptions & { readonly direct: boolean },
  ) {
    const { clock, signal } = options;
    this.reader = new SyncReader(connection, {
      clock,
      majority: () => this.majority(),
      signal: AbortSignal.any([this.closing.signal, ...(signal === undefined ? [] : [signal])]),
    });
  }

  /**
   * Finds the members behind the URI (SRV too), takes a healthy secondary or else the primary, and checks that the
   * user may read what a backup needs.
   *
   * @throws mongodbErrors.invalidUri, noReachableMember, notReplicaSet, shardedCluster, arbiter,
   *   authenticationFailed, notAuthorized
   */
  static async open(uri: string, options: SourceOptions): Promise<ReplicaSetSource> {
    const seeds = await untilAborted(SeedList.of(uri), options.signal);
    const candidates = await discoverMembers(seeds, options);
    const silences: string[] = [];
    for (const { host, greeting } of candidates) {
      try {
        return await ReplicaSetSource.pin(seeds, { host, greeting }, options);
      } catch (error) {
        // A member that went away between its greeting and now is passed over: another one may do.
        if (!isRetryable(error)) {
          throw error;
        }
        silences.push(`${host}: ${error.message}`);
      }
    }
    throw mongodbErrors.noReachableMember(`no member can be read: ${silences.join('; ')}`);
  }

  private static async pin(
    seeds: SeedList,
    { host, greeting }: Candidate,
    options: SourceOptions,
  ): Promise<ReplicaSetSource> {
    const connection = await DirectConnection.open(seeds.uriOf(host), options);
    try {
      const identity = await identify(connection, greeting);
      const source = new ReplicaSetSource(connection, identity, { ...options, direct: seeds.direct });
      await checkPrivileges(connection);
      await source.oplogBounds();
      return source;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /**
   * The server at the pinned address may be another one by now, since a lost connection is made anew.
   *
   * @throws mongodbErrors.unreachable unless it is the pinned member of the same replica set
   */
  async checkIdentity(): Promise<void> {
    await this.greet();
    const { member, replicaSetId } = this.identity;
    if ((await replicaSetIdOf(this.connection)) !== replicaSetId) {
      throw mongodbErrors.unreachable(`a member of another replica set answers where ${member} was`);
    }
  }

  /**
   * The members that `open` may pin, whether or not they answer: every visible one that holds data, as the
   * configuration names them; with `directConnection=true` the pinned one alone.
   */
  async dataHosts(): Promise<readonly string[]> {
    return this.options.direct ? [this.identity.member] : (await this.greet()).dataHosts;
  }

  async oplogBounds(): Promise<OplogBounds> {
    const oldest = await oldestEntry(this.connection);
    const { newest, majority } = await this.greet();
    if (oldest === null || newest === null || majority === null) {
      throw mongodbErrors.interrupted(`${this.identity.member} has no oplog yet`);
    }
    return { oldest, newest, majority };
  }

  /** A tail of everything after `from`, if the member's history contains exactly that entry (ts and term). */
  openTail(from: Position): Promise<TailOpening> {
    return this.tail({ from, inclusive: false });
  }

  /** The same with the entry at `from` as the first one: opens a chain at beginFetching. */
  openTailAt(from: Position): Promise<TailOpening> {
    return this.tail({ from, inclusive: true });
  }

  /**
   * Begins an initial sync; nothing of an earlier one can be read on.
   *
   * @throws mongodbErrors.fcvTooOld, oplogTooShort, majorityLost, syncOverrun (rolled back at once: try again)
   */
  beginSync(): Promise<SyncBeginning> {
    return this.reader.begin();
  }

  /** What the initial sync copies, `config.system.preimages` last. */
  collections(): Promise<SourceCollection[]> {
    return this.reader.collections();
  }

  /**
   * Every document of a collection; some may come twice. Survives renames and killed cursors, ends early when the
   * collection is dropped.
   *
   * @param interrupted told each time that the member must be asked again, and why; the next batch says it answers
   * @throws mongodbErrors.unreachable, interrupted when the member stays away
   */
  documents(
    collection: ScannedCollection,
    interrupted?: (error: HeadwaterError) => void,
  ): AsyncGenerator<Buffer[]> {
    return this.reader.documents(collection, interrupted);
  }

  /**
   * Marks the end of the copy: from here on the copy and the oplog up to `stop` are the whole.
   *
   * @throws mongodbErrors.syncOverrun
   */
  async endSync(): Promise<{ stop: Position }> {
    return { stop: await this.reader.end() };
  }

  /**
   * The catalogue at `stop`, raw `$listCatalog` documents.
   *
   * @throws mongodbErrors.indexBuildsUnfinished; majorityLost when `stop` is not on a majority within a minute
   */
  catalogueAt(stop: OplogTimestamp): AsyncGenerator<Buffer[]> {
    return this.reader.catalogueAt(stop);
  }

  /**
   * Resolves when `stop` can never roll back and everything between `begin` and it belongs together.
   *
   * @param deadlineMillis how long a majority may take to have `stop`, in milliseconds
   * @throws mongodbErrors.syncOverrun: start over; majorityLost: ask again later; unreachable, as checkIdentity
   */
  async confirmSync(begin: SyncBeginning, stop: Position, deadlineMillis = 60_000): Promise<void> {
    await this.reader.confirm(begin, stop, deadlineMillis);
    await this.checkIdentity();
  }

  /** Whatever is under way ends with a retryable error. */
  async close(): Promise<void> {
    this.closing.abort(mongodbErrors.interrupted('the source was closed'));
    await this.connection.close();
  }

  private tail(start: TailStart): Promise<TailOpening> {
    const { clock, gatherMillis = 50 } = this.options;
    return openTail(this.connection, start, { clock, gatherMillis });
  }

  private async majority(): Promise<Position> {
    const { majority } = await this.greet();
    if (majority === null) {
      throw mongodbErrors.interrupted(`${this.identity.member} knows no majority commit point yet`);
    }
    return majority;
  }

  /** Where an address leads to several members (a proxy, a service), the pinned one must answer: else unreachable. */
  private async greet(): Promise<MemberGreeting> {
    const { member, replicaSet } = this.identity;
    const greeting = greetingOf(await this.connection.command('admin', { hello: 1 }));
    if (greeting.kind !== 'member' || greeting.me !== member || greeting.replicaSet !== replicaSet) {
      throw mongodbErrors.unreachable(`another server answers where ${member} was`);
    }
    return greeting;
  }
}
