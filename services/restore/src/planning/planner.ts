import pLimit from 'p-limit';
import type { RestoreJobBody, RestoreRequest, RestoreTarget } from '@headwater/contracts';
import type { HeadwaterError } from '@headwater/errors';
import { formatTimestamp } from '@headwater/oplog';
import type { OplogTimestamp } from '@headwater/oplog';
import { isDamage, planRestore } from '@headwater/repository';
import type {
  ReplicaSetRepository,
  RestoreInventory,
  RestorePlan,
  RestoreRefusal,
  SliceHeader,
} from '@headwater/repository';
import { restoreErrors } from '../restore-errors.js';
import { fileBytesOf, readBase, readWholeBase } from './base-contents.js';
import type { BaseContents } from './base-contents.js';
import type { Catalogue } from './catalogue.js';

const headersAtOnce = 16;

/** A restore that can be done: everything it needs was seen in the store. */
export interface PlannedRestore {
  readonly archive: ReplicaSetRepository;
  readonly plan: RestorePlan;
  readonly base: BaseContents;
  /** Entries to replay at most: those of the slices, of which the last one may be cut. */
  readonly entries: number;
  /** Bytes that the restored files take: data files, and the oplog that is appended to them. */
  readonly bytes: number;
}

/** What a job works with: read again from the store whenever its work begins. */
export interface JobSource {
  readonly archive: ReplicaSetRepository;
  readonly base: BaseContents;
}

/** Turns a request into a plan, or says why that cannot be and what can. */
export class Planner {
  constructor(private readonly catalogue: Catalogue) {}

  /**
   * @throws restoreErrors.unknownDeployment, outsideWindows (with reason, nearestBefore and nearestAfter);
   *   repositoryErrors.damagedObject or missingObject naming an object
   */
  async plan(request: RestoreRequest): Promise<PlannedRestore> {
    const archive = await this.catalogue.archiveOf(request.deploymentId);
    const { plan, base } = await wholePlan(request, archive);
    const headers = await headersOf(archive, plan);
    const entries = headers.reduce((sum, { count }) => sum + count, 0);
    const oplogBytes = headers.reduce((sum, { rawBytes }) => sum + rawBytes, 0);
    return { archive, plan, base, entries, bytes: fileBytesOf(base) + 2 * oplogBytes };
  }

  /**
   * What a job that was planned before works with.
   *
   * @throws restoreErrors.unknownDeployment; repositoryErrors.damagedObject or missingObject naming an object
   */
  async sourceOf({ deploymentId, plan }: Pick<RestoreJobBody, 'deploymentId' | 'plan'>): Promise<JobSource> {
    const archive = await this.catalogue.archiveOf(deploymentId);
    return { archive, base: await readBase(archive, plan.base) };
  }

  /**
   * The largest archived entry that is not above the target. Reads the last slice.
   *
   * @throws repositoryErrors naming a slice
   */
  async restoredTo({ archive, plan }: PlannedRestore): Promise<OplogTimestamp> {
    const last = plan.slices.at(-1);
    if (last === undefined) return plan.from.ts;
    const { from } = (await archive.oplog.sliceHeader(last)).range;
    let restoredTo = from.ts;
    for await (const entries of archive.oplog.entries(plan.chain, from, plan.target)) {
      restoredTo = entries.at(-1)?.position.ts ?? restoredTo;
    }
    return restoredTo;
  }
}

/**
 * A base of which objects are missing is no base: the next older one is taken, of the same chain and for the same moment, because
 * what was asked for must not become another history or an earlier moment. Without any, what was missing first is said.
 */
async function wholePlan(
  request: RestoreRequest,
  archive: ReplicaSetRepository,
): Promise<Pick<PlannedRestore, 'plan' | 'base'>> {
  const inventory = await archive.inventory();
  let wanted: Parameters<typeof planRestore>[0] = {
    target: targetOf(request.target),
    ...(request.chain === undefined ? {} : { chain: request.chain }),
  };
  const excluding = new Set<string>();
  let firstDamage: HeadwaterError | null = null;
  for (;;) {
    const plan = planRestore({ ...wanted, excluding }, inventory);
    if (plan.kind === 'refusal') {
      if (firstDamage !== null) {
        throw firstDamage;
      }
      refuseUnreadable(request.target, inventory);
      throw refusal(plan);
    }
    try {
      return { plan, base: await readWholeBase(archive, plan.base) };
    } catch (error) {
      if (!isDamage(error)) {
        throw error;
      }
      firstDamage ??= error;
      excluding.add(plan.base.id);
      if (wanted.target.kind !== 'snapshot') {
        wanted = { target: { kind: 'timestamp', ts: plan.target }, chain: plan.chain };
      }
    }
  }
}

function headersOf(archive: ReplicaSetRepository, { slices }: RestorePlan): Promise<SliceHeader[]> {
  const limit = pLimit(headersAtOnce);
  return Promise.all(slices.map((slice) => limit(() => archive.oplog.sliceHeader(slice))));
}

function targetOf(target: RestoreTarget): Parameters<typeof planRestore>[0]['target'] {
  switch (target.kind) {
    case 'time':
      return { kind: 'time', t: Math.floor(new Date(target.time).getTime() / 1000) };
    case 'timestamp':
      return { kind: 'timestamp', ts: { t: target.t, i: target.i } };
    case 'latest':
    case 'snapshot':
      return target;
  }
}

/** A snapshot that is there and does not read is not unknown: the error names its manifest. */
function refuseUnreadable(target: RestoreTarget, { damaged }: RestoreInventory): void {
  const wanted = target.kind === 'snapshot' && damaged.find(({ ref }) => ref.id === target.snapshotId);
  if (wanted) {
    throw wanted.error;
  }
}

function refusal({ reason, message, nearestBefore, nearestAfter }: RestoreRefusal) {
  const nearest = [nearestBefore, nearestAfter].filter((ts) => ts !== null).map(formatTimestamp);
  const hint = nearest.length === 0 ? '' : ` Nearest restorable: ${nearest.join(' and ')}.`;
  return restoreErrors.outsideWindows(`${message}${hint}`, {
    details: { reason, nearestBefore, nearestAfter },
  });
}
