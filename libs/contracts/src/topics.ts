/** The topics of one installation. Every service of it uses the same prefix. */
export interface Topics {
  /** Raw oplog batches and what an agent must say about them, in order per replica set. */
  readonly oplogBatches: string;
  /** Parts of initial syncs, in order per replica set. */
  readonly initialSync: string;
  /** Facts that people and other systems act on. */
  readonly events: string;
  /** The latest whole state of each thing; compacted. */
  readonly state: string;
  /** Carries nothing: consumer groups on it decide who is active. */
  readonly leases: string;
}

/** @param prefix `HEADWATER_TOPIC_PREFIX`, by default `headwater`: it replaces the first word of every name. */
export function topicsOf(prefix = 'headwater'): Topics {
  return {
    oplogBatches: `${prefix}.oplog-batches.v1`,
    initialSync: `${prefix}.initial-sync.v1`,
    events: `${prefix}.events.v1`,
    state: `${prefix}.state.v1`,
    leases: `${prefix}.leases.v1`,
  };
}

/** Ids of deployments and replica sets as they stand in keys: anything but `[A-Za-z0-9._-]` is percent-encoded. */
export function encodeId(id: string): string {
  return encodeURIComponent(id).replace(
    /[!'()*~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The key of everything that belongs to one replica set on the two data topics. */
export function replicaSetKey(deployment: string, replicaSet: string): string {
  return `${encodeId(deployment)}/${encodeId(replicaSet)}`;
}

/**
 * The group that decides which agent is active for a replica set.
 *
 * @param prefix as in `topicsOf`: groups of one broker are told apart by their names alone
 */
export function agentLeaseGroup(prefix: string, deployment: string, replicaSet: string): string {
  return `${prefix}.agent.${replicaSetKey(deployment, replicaSet)}`;
}
