import { ObjectId } from 'bson';
import type { DirectConnection } from '../connection/direct-connection.js';
import { mongodbErrors } from '../mongodb-errors.js';
import { clusterMembershipOf, type ClusterMembership } from './cluster-membership.js';
import type { MemberGreeting } from './greeting.js';

export interface SourceIdentity {
  /** The set's name: everybody's is `rs0`. */
  readonly replicaSet: string;
  /** `settings.replicaSetId` of the configuration, 24 hex digits: what tells one set from another. */
  readonly replicaSetId: string;
  /** `host:port` of the pinned member in the configuration. */
  readonly member: string;
  /** `6.0.5` */
  readonly serverVersion: string;
  /** Feature compatibility version, `6.0`. */
  readonly fcv: string;
  /** Null: it belongs to no sharded cluster. */
  readonly cluster: ClusterMembership | null;
}

/** @throws mongodbErrors.notAuthorized */
export async function identify(
  connection: DirectConnection,
  greeting: MemberGreeting,
): Promise<SourceIdentity> {
  const { version } = await connection.command('admin', { buildInfo: 1 });
  return {
    replicaSet: greeting.replicaSet,
    replicaSetId: await replicaSetIdOf(connection),
    member: greeting.me,
    serverVersion: String(version),
    fcv: await fcvOf(connection),
    cluster: await clusterMembershipOf(connection),
  };
}

export async function fcvOf(connection: DirectConnection): Promise<string> {
  const reply = await connection.command('admin', { getParameter: 1, featureCompatibilityVersion: 1 });
  const { featureCompatibilityVersion } = reply as { featureCompatibilityVersion?: { version?: string } };
  return featureCompatibilityVersion?.version ?? '';
}

/** FCV `6.0` and above; what is unreadable is not. */
export function isAtLeast60(fcv: string): boolean {
  return Number.parseInt(fcv, 10) >= 6;
}

export async function replicaSetIdOf(connection: DirectConnection): Promise<string> {
  const reply = await connection.command('admin', { replSetGetConfig: 1 });
  const { config } = reply as { config: { settings?: { replicaSetId?: unknown } } };
  const id = config.settings?.replicaSetId;
  if (!(id instanceof ObjectId)) {
    throw mongodbErrors.notReplicaSet('the configuration of the replica set has no replicaSetId');
  }
  return id.toHexString();
}
