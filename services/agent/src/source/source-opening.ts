import type { ReplicaSetSource, SourceIdentity } from '@headwater/mongodb';
import { agentErrors } from '../agent-errors.js';

export interface OpeningOptions {
  /** Members to take only when there is no other. */
  readonly avoid?: readonly string[];
  /** Aborted: the opening, and whatever the opened source is doing, ends with its reason. */
  readonly signal: AbortSignal;
}

export type OpenSource = (options: OpeningOptions) => Promise<ReplicaSetSource>;

/** `rs0` is everybody's name, and a connection string may lead elsewhere tomorrow: only this very set is opened. */
export function onlyOf(identity: SourceIdentity, open: OpenSource): OpenSource {
  return async (options) => {
    const mongo = await open(options);
    const { member, replicaSet, replicaSetId } = mongo.identity;
    if (replicaSetId === identity.replicaSetId && replicaSet === identity.replicaSet) {
      return mongo;
    }
    await closeSource(mongo);
    throw agentErrors.otherSource(
      `${member} belongs to replica set ${replicaSet} with the id ${replicaSetId}, and ${identity.replicaSet} with the id ${identity.replicaSetId} is protected`,
    );
  };
}

/** Nothing depends on a clean goodbye: the server frees what a client leaves behind. */
export async function closeSource(mongo: ReplicaSetSource): Promise<void> {
  await mongo.close().catch(() => undefined);
}
