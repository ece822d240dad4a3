import type { DeploymentBody, RestoreWindowBody, SnapshotBody } from '@headwater/contracts';
import { compareTimestamps } from '@headwater/oplog';
import { restoreWindows } from '@headwater/repository';
import type { ReplicaSetRepository, Repository } from '@headwater/repository';
import { restoreErrors } from '../restore-errors.js';

/** What the store has, by its listing. */
export class Catalogue {
  /** One for each replica set: manifests are immutable, and each is read once. */
  private readonly archives = new Map<string, ReplicaSetRepository>();

  constructor(private readonly repository: Repository) {}

  async deployments(): Promise<readonly DeploymentBody[]> {
    const ids = await this.repository.deployments();
    const found = await Promise.all(ids.map((id) => this.read(id)));
    return found.filter((deployment) => deployment !== null);
  }

  /** @throws restoreErrors.unknownDeployment */
  async deployment(id: string): Promise<DeploymentBody> {
    const found = await this.read(id);
    if (found === null) {
      throw restoreErrors.unknownDeployment(`there is no backup of a deployment ${id}`);
    }
    return found;
  }

  /** Ascending by chain, then in time. */
  async windows(id: string): Promise<readonly RestoreWindowBody[]> {
    const inventory = await (await this.archiveOf(id)).inventory();
    return restoreWindows(inventory).map(({ chain, from, to, endedBy }) => ({
      ...{ chain, from, to },
      ...(endedBy === null ? {} : { endedBy }),
    }));
  }

  /** Ascending in time. */
  async snapshots(id: string): Promise<readonly SnapshotBody[]> {
    const { snapshots } = await (await this.archiveOf(id)).inventory();
    return snapshots.map(({ id: snapshotId, ts, kind, chain, sizeBytes }) => ({
      id: snapshotId,
      ts,
      kind,
      chain,
      sizeBytes,
    }));
  }

  /**
   * The replica set of a deployment.
   *
   * @throws restoreErrors.unknownDeployment, severalReplicaSets
   */
  async archiveOf(id: string): Promise<ReplicaSetRepository> {
    const [first, ...others] = (await this.deployment(id)).replicaSets;
    if (first === undefined) {
      throw restoreErrors.unknownDeployment(`deployment ${id} has no backup yet`);
    }
    if (others.length > 0) {
      throw restoreErrors.severalReplicaSets(`deployment ${id} has ${others.length + 1} replica sets`);
    }
    return this.archive(id, first.name);
  }

  private archive(deployment: string, name: string): ReplicaSetRepository {
    const key = JSON.stringify([deployment, name]);
    const known = this.archives.get(key) ?? this.repository.deployment(deployment).replicaSet(name);
    this.archives.set(key, known);
    return known;
  }

  private async read(id: string): Promise<DeploymentBody | null> {
    const deployment = this.repository.deployment(id);
    const identity = await deployment.identity();
    if (identity === null) {
      return null;
    }
    const names = await deployment.replicaSets();
    const replicaSets = await Promise.all(
      names.map(async (name) => ({
        name,
        replicaSetId: identity.replicaSetId,
        ...(await endOf(this.archive(id, name))),
      })),
    );
    return { id, kind: 'replica-set', replicaSets };
  }
}

async function endOf(
  archive: ReplicaSetRepository,
): Promise<Pick<DeploymentBody['replicaSets'][number], 'chain' | 'archivedTo'>> {
  const chain = (await archive.oplog.chains()).at(-1);
  const slices = chain === undefined ? [] : (await archive.oplog.chain(chain)).slices;
  const last = [...slices].sort((a, b) => compareTimestamps(a.to, b.to)).at(-1);
  return {
    chain: chain ?? null,
    archivedTo: last === undefined ? null : (await archive.oplog.sliceHeader(last)).range.to,
  };
}
