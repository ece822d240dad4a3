import pLimit from 'p-limit';
import type { RestoreRequest, RestoreTarget } from '@headwater/contracts';
import { formatTimestamp } from '@headwater/oplog';
import { planRestore } from '@headwater/repository';
import type {
  Manifest,
  ReplicaSetRepository,
  RestoreInventory,
  RestorePlan,
  RestoreRefusal,
  SliceHeader,
} from '@headwater/repository';
import { restoreErrors } from '../restore-errors.js';
import type { Catalogue } from './catalogue.js';

const headersAtOnce = 16;

/** A restore that can be done: everything it needs was seen in the store. */
export interface PlannedRestore {
  readonly archive: ReplicaSetRepository;
  readonly plan: RestorePlan;
  readonly manifest: Manifest;
  /** Entries to replay at most: those of the slices, of which the last one may be cut. */
  readonly entries: number;
  /** Bytes that the restored files take: data files, and the oplog that is appended to them. */
  readonly bytes: number;
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
    const inventory = await archive.inventory();
    const answer = planRestore(
      { target: targetOf(request.target), ...(request.chain === undefined ? {} : { chain: request.chain }) },
      inventory,
    );
    if (answer.kind === 'refusal') {
      refuseUnreadable(request.target, inventory);
      throw refusal(answer);
    }
    const manifest = await archive.snapshots.read(answer.base.id);
    const headers = await headersOf(archive, answer);
    const entries = headers.reduce((sum, { count }) => sum + count, 0);
    const oplogBytes = headers.reduce((sum, { rawBytes }) => sum + rawBytes, 0);
    return { archive, plan: answer, manifest, entries, bytes: manifest.sizeBytes + 2 * oplogBytes };
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
