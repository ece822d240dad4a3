import type { Clock } from '@headwater/clock';
import { agentKeyPrefix, captureKeyPrefix, replicaSetKey, snapshotKeyPrefix } from '@headwater/contracts';
import type { AgentState, CaptureState, ReplicaSetHealthBody, SnapshotState } from '@headwater/contracts';
import { healthOf } from './health.js';
import type { HeardAgent } from './health.js';
import { NewestSnapshots } from './newest-snapshots.js';
import { seenAt, seenNow } from './sighting.js';

interface Known {
  agent: HeardAgent | null;
  capture: CaptureState | null;
  readonly snapshots: NewestSnapshots;
}

/** Every replica set that an agent or ingest has spoken of: the latest of what each said. */
export class ReplicaSets {
  /** By `replicaSetKey`. */
  private readonly known = new Map<string, Known>();
  private isLive = false;

  constructor(private readonly clock: Clock) {}

  /** From now on, what is told happens now; before, it is what was said earlier. */
  goLive(): void {
    this.isLive = true;
  }

  agentSaid(state: AgentState): void {
    const seen = this.isLive ? seenNow(this.clock) : seenAt(new Date(state.updatedAt), this.clock);
    this.of(replicaSetKey(state.deployment, state.replicaSet)).agent = { state, seen };
  }

  captureSaid(state: CaptureState): void {
    this.of(replicaSetKey(state.deployment, state.replicaSet)).capture = state;
  }

  snapshotSaid(key: string, state: SnapshotState): void {
    this.of(replicaSetKey(state.deployment, state.replicaSet)).snapshots.add(key, state);
  }

  /** @param key of the agent's state */
  agentGone(key: string): void {
    const known = this.known.get(key.slice(agentKeyPrefix.length));
    if (known !== undefined) {
      known.agent = null;
    }
  }

  /** @param key of the capture's state */
  captureGone(key: string): void {
    const known = this.known.get(key.slice(captureKeyPrefix.length));
    if (known !== undefined) {
      known.capture = null;
    }
  }

  /** @param key of the snapshot's state */
  snapshotGone(key: string): void {
    const known = this.known.get(key.slice(snapshotKeyPrefix.length, key.lastIndexOf('/')));
    known?.snapshots.remove(key);
  }

  /** Ascending by deployment, then by name. */
  all(): readonly ReplicaSetHealthBody[] {
    const keys = [...this.known.keys()].sort();
    return keys.map((key) => this.healthAt(key)).filter((health) => health !== null);
  }

  find(deployment: string, replicaSet: string): ReplicaSetHealthBody | null {
    return this.healthAt(replicaSetKey(deployment, replicaSet));
  }

  private healthAt(key: string): ReplicaSetHealthBody | null {
    const known = this.known.get(key);
    if (known === undefined) {
      return null;
    }
    const { agent, capture, snapshots } = known;
    return healthOf({ agent, capture, snapshot: snapshots.newest }, this.clock);
  }

  private of(key: string): Known {
    const known = this.known.get(key) ?? { agent: null, capture: null, snapshots: new NewestSnapshots() };
    this.known.set(key, known);
    return known;
  }
}
