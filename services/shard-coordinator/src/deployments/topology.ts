import type { AgentState, CaptureState, DeploymentTopologyBody } from '@headwater/contracts';

/** What was last said of one replica set; at least one of them has spoken. */
export interface ReplicaSetSaid {
  readonly agent: AgentState | null;
  readonly capture: CaptureState | null;
}

type Kind = DeploymentTopologyBody['kind'];
type ReplicaSet = DeploymentTopologyBody['replicaSets'][number];

/** What a deployment is, of what was said of its replica sets. */
export function topologyOf(id: string, said: readonly ReplicaSetSaid[]): DeploymentTopologyBody {
  return {
    id,
    kind: kindOf(said),
    replicaSets: said
      .map(replicaSetOf)
      .filter((replicaSet) => replicaSet !== null)
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** One member of a cluster makes a cluster; to be none, every replica set must have said that it belongs to none. */
function kindOf(said: readonly ReplicaSetSaid[]): Kind {
  const memberships = said.map((replicaSet) => agentOf(replicaSet)?.cluster);
  if (memberships.some((cluster) => cluster !== null && cluster !== undefined)) {
    return 'sharded-cluster';
  }
  return memberships.every((cluster) => cluster === null) ? 'replica-set' : 'unknown';
}

function replicaSetOf(said: ReplicaSetSaid): ReplicaSet | null {
  const named = said.capture ?? said.agent;
  if (named === null) {
    return null;
  }
  const agent = agentOf(said);
  return {
    name: named.replicaSet,
    replicaSetId: named.replicaSetId,
    cluster: agent?.cluster ?? null,
    serverVersion: agent?.serverVersion ?? null,
    fcv: agent?.fcv ?? null,
    order: said.capture?.order ?? null,
    chain: said.capture?.tail?.chain ?? null,
  };
}

/** Everybody's name is `rs0`: what an agent of another replica set says is not about the one that is archived. */
function agentOf({ agent, capture }: ReplicaSetSaid): AgentState | null {
  return agent !== null && capture !== null && agent.replicaSetId !== capture.replicaSetId ? null : agent;
}
