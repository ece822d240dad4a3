import { isRetryable, messageOf } from '@headwater/errors';
import { DirectConnection, type ConnectionOptions } from '../connection/direct-connection.js';
import { mongodbErrors } from '../mongodb-errors.js';
import { greetingOf, type Greeting, type MemberGreeting } from './greeting.js';
import { rankMembers, type Candidate } from './member-choice.js';
import type { SeedList } from './seed-list.js';

export interface DiscoveryOptions extends ConnectionOptions {
  /** Members, by their configured name, to take only when there is no other. */
  readonly avoid?: readonly string[];
}

/** One dead member must not hold up the choice of another, in milliseconds. */
const longestGreeting = 3_000;

type Answer = { readonly host: string; readonly greeting: Greeting };
type Silence = { readonly host: string; readonly reason: string };

/**
 * Greets the seeds, then every data-bearing member that they name, and returns those that can be a source, best
 * first. With `directConnection=true` in the URI that is the named member or nothing.
 *
 * @throws mongodbErrors.noReachableMember, notReplicaSet, shardedCluster, arbiter, invalidUri (another set's name)
 */
export async function discoverMembers(seeds: SeedList, options: DiscoveryOptions): Promise<Candidate[]> {
  const first = await greetAll(seeds, seeds.hosts, options);
  const reached = first.answers.map(({ host, greeting }) => ({ host, greeting: memberOf(host, greeting) }));
  checkName(reached, seeds.replicaSet);
  const known = new Set([...seeds.hosts, ...reached.map(({ greeting }) => greeting.me)]);
  const named = seeds.direct ? [] : [...new Set(reached.flatMap(({ greeting }) => greeting.dataHosts))];
  const second = await greetAll(
    seeds,
    named.filter((host) => !known.has(host)),
    options,
  );
  const candidates = [...reached, ...second.answers.filter(isMember)];
  const ranked = rankMembers(oncePerMember(candidates), options.avoid);
  if (ranked.length === 0) {
    throw nobody(candidates, [...first.silences, ...second.silences]);
  }
  return ranked;
}

async function greetAll(
  seeds: SeedList,
  hosts: readonly string[],
  options: ConnectionOptions,
): Promise<{ answers: Answer[]; silences: Silence[] }> {
  const greeted = await Promise.all(hosts.map((host) => greet(seeds, host, options)));
  return {
    answers: greeted.filter((outcome) => 'greeting' in outcome),
    silences: greeted.filter((outcome) => 'reason' in outcome),
  };
}

async function greet(seeds: SeedList, host: string, options: ConnectionOptions): Promise<Answer | Silence> {
  const connectMillis = Math.min(options.connectMillis ?? longestGreeting, longestGreeting);
  try {
    const connection = await DirectConnection.open(seeds.greetingUriOf(host), { ...options, connectMillis });
    try {
      return { host, greeting: greetingOf(await connection.command('admin', { hello: 1 })) };
    } finally {
      await connection.close();
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    // What no other member and no other time would change: options that cannot be used, a file that is not there.
    if (!isRetryable(error)) {
      throw error;
    }
    return { host, reason: messageOf(error) };
  }
}

function memberOf(host: string, greeting: Greeting): MemberGreeting {
  switch (greeting.kind) {
    case 'member':
      return greeting;
    case 'mongos':
      throw mongodbErrors.shardedCluster(`${host} is a mongos, the router of a sharded cluster`);
    case 'standalone':
      throw mongodbErrors.notReplicaSet(`${host} is a standalone server, not a member of a replica set`);
    case 'uninitiated':
      throw mongodbErrors.notReplicaSet(`${host} runs with --replSet, but its replica set is not initiated`);
  }
}

function isMember(answer: Answer): answer is Candidate {
  return answer.greeting.kind === 'member';
}

function checkName(reached: readonly Candidate[], expected: string | null): void {
  for (const { host, greeting } of reached) {
    if (expected !== null && greeting.replicaSet !== expected) {
      throw mongodbErrors.invalidUri(
        `${host} belongs to replica set ${greeting.replicaSet}, the connection string names ${expected}`,
      );
    }
  }
}

/** A seed may be another address of a member that the configuration names otherwise: it was reached, so it stays. */
function oncePerMember(candidates: readonly Candidate[]): Candidate[] {
  const byName = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const name = candidate.greeting.me === '' ? candidate.host : candidate.greeting.me;
    if (!byName.has(name)) {
      byName.set(name, candidate);
    }
  }
  return [...byName.values()];
}

function nobody(reached: readonly Candidate[], silences: readonly Silence[]): Error {
  if (
    silences.length === 0 &&
    reached.length > 0 &&
    reached.every(({ greeting }) => greeting.role === 'arbiter')
  ) {
    return mongodbErrors.arbiter(`${reached.map(({ host }) => host).join(', ')} is an arbiter`);
  }
  const why = [
    ...reached.map(({ host, greeting }) => `${host} is neither primary nor secondary (${greeting.role})`),
    ...silences.map(({ host, reason }) => `${host}: ${reason}`),
  ];
  return mongodbErrors.noReachableMember(`no member can be read: ${why.join('; ')}`);
}
