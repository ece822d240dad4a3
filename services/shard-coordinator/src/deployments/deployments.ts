import { agentKeyPrefix, captureKeyPrefix, replicaSetKey } from '@headwater/contracts';
import type { AgentState, CaptureState, DeploymentTopologyBody } from '@headwater/contracts';
import { topologyOf } from './topology.js';
import type { ReplicaSetSaid } from './topology.js';

/** Every deployment that an agent or ingest has spoken of: the latest of what each said, one record a replica set. */
export class Deployments {
  /** By `replicaSetKey`. */
  private readonly said = new Map<string, ReplicaSetSaid>();

  agentSaid(agent: AgentState): void {
    this.note(replicaSetKey(agent.deployment, agent.replicaSet), { agent });
  }

  captureSaid(capture: CaptureState): void {
    this.note(replicaSetKey(capture.deployment, capture.replicaSet), { capture });
  }

  /** @param key of the agent's state */
  agentGone(key: string): void {
    this.note(key.slice(agentKeyPrefix.length), { agent: null });
  }

  /** @param key of the capture's state */
  captureGone(key: string): void {
    this.note(key.slice(captureKeyPrefix.length), { capture: null });
  }

  /** Ascending by id. */
  all(): readonly DeploymentTopologyBody[] {
    const ids = new Set([...this.said.values()].map(deploymentOf));
    return [...ids].sort().map((id) => topologyOf(id, this.saidOf(id)));
  }

  find(id: string): DeploymentTopologyBody | null {
    const said = this.saidOf(id);
    return said.length === 0 ? null : topologyOf(id, said);
  }

  private saidOf(id: string): readonly ReplicaSetSaid[] {
    return [...this.said.values()].filter((said) => deploymentOf(said) === id);
  }

  private note(key: string, change: Partial<ReplicaSetSaid>): void {
    const said = { agent: null, capture: null, ...this.said.get(key), ...change };
    if (said.agent === null && said.capture === null) {
      this.said.delete(key);
    } else {
      this.said.set(key, said);
    }
  }
}

function deploymentOf({ agent, capture }: ReplicaSetSaid): string {
  return (capture ?? agent)?.deployment ?? '';
}
