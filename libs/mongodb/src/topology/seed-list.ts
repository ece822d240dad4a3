import { ConnectionString } from 'mongodb-connection-string-url';
import resolveSrv from 'resolve-mongodb-srv';
import { messageOf } from '@headwater/errors';
import { mongodbErrors } from '../mongodb-errors.js';

/** What looks up SRV and TXT records; the system's resolver unless told otherwise. */
export type Resolver = NonNullable<NonNullable<Parameters<typeof resolveSrv>[1]>['dns']>;

/** Options that say how to find or choose a member; the member is chosen here, so they end here. */
const choosing = [
  'directConnection',
  'loadBalanced',
  'maxStalenessSeconds',
  'readPreference',
  'readPreferenceTags',
  'replicaSet',
  'srvMaxHosts',
  'srvServiceName',
];
/** Options that would change what every command means or waits for. */
const meddling = ['maxPoolSize', 'minPoolSize', 'socketTimeoutMS', 'timeoutMS', 'waitQueueTimeoutMS'];
const credentials = ['authMechanism', 'authMechanismProperties', 'authSource'];

/** A user's connection string after DNS: the hosts to begin with, and every option for each single member. */
export class SeedList {
  private constructor(private readonly resolved: ConnectionString) {}

  /**
   * @throws mongodbErrors.invalidUri; noReachableMember when the SRV record cannot be resolved. The URI, which may
   *   hold a password, is in neither.
   */
  static async of(uri: string, resolver?: Resolver): Promise<SeedList> {
    const given = parsed(uri);
    if (!given.isSRV) {
      return new SeedList(given);
    }
    try {
      return new SeedList(parsed(await resolveSrv(uri, resolver === undefined ? {} : { dns: resolver })));
    } catch (error) {
      const name = given.hosts[0] ?? '';
      throw mongodbErrors.noReachableMember(`the SRV record of ${name} cannot be used: ${messageOf(error)}`);
    }
  }

  /** `host:port`, or the percent-encoded path of a socket. */
  get hosts(): readonly string[] {
    return this.resolved.hosts;
  }

  /** The user wants this one member and no other. */
  get direct(): boolean {
    return this.resolved.searchParams.get('directConnection') === 'true';
  }

  /** The set that the user expects; null when the URI names none. */
  get replicaSet(): string | null {
    return this.resolved.searchParams.get('replicaSet');
  }

  /** For a direct connection to `host` with the user's credentials, TLS and other options. */
  uriOf(host: string): string {
    return this.single(host).href;
  }

  /** The same without credentials: `hello` needs none, and an arbiter knows none. */
  greetingUriOf(host: string): string {
    const single = this.single(host);
    single.username = '';
    single.password = '';
    removeOptions(single, credentials);
    return single.href;
  }

  private single(host: string): ConnectionString {
    const single = this.resolved.clone();
    single.hosts = [host];
    removeOptions(single, [...choosing, ...meddling]);
    single.searchParams.set('directConnection', 'true');
    return single;
  }
}

function parsed(uri: string): ConnectionString {
  try {
    return new ConnectionString(uri);
  } catch {
    // The parser's message quotes the URI, so it is neither shown nor kept as the cause.
    throw mongodbErrors.invalidUri('the connection string is not a MongoDB URI');
  }
}

function removeOptions(uri: ConnectionString, names: readonly string[]): void {
  for (const name of names) {
    uri.searchParams.delete(name);
  }
}
