import type { BlockSummary, LogSummary, SyncSummary } from '../index.js';
import { ts } from './layout.js';

const about = { deployment: 'd', replicaSet: 'rs0', replicaSetId: 'a', serverVersion: '6.0.5', fcv: '6.0' };

function placed(n: number, id: string, chain: string) {
  const position = { ts: ts(n), term: 1 };
  const createdAt = '2026-11-24T08:00:00Z';
  return { ...about, id, key: `snapshots/${id}.json`, ts: position.ts, position, chain, createdAt };
}

/** A block snapshot at `n`, called `<chain>-<n>`. */
export function blockSnapshot(n: number, chain = 'c'): BlockSummary {
  const sizes = { sizeBytes: 1, storedBytes: 1 };
  return { ...placed(n, `${chain}-${n}`, chain), kind: 'block', parent: null, ...sizes };
}

/** A log snapshot at `n` on the block snapshot at `base`, called `<chain>-<n>-log-<base>`. */
export function logSnapshot(base: number, n: number, chain = 'c'): LogSummary {
  return {
    ...placed(n, `${chain}-${n}-log-${base}`, chain),
    kind: 'log',
    base: { snapshotId: `${chain}-${base}`, position: { ts: ts(base), term: 1 } },
    oplog: { entries: 1, rawBytes: 1 },
    sizeBytes: 1,
    storedBytes: 0,
  };
}

/** A complete initial sync of the window from `begin` to `stop`, called `<chain>-<begin>-<stop>`. */
export function syncOf(begin: number, stop: number, chain = 'c'): SyncSummary {
  const position = { ts: ts(stop), term: 1 };
  return {
    ...{ kind: 'initial-sync', id: `${chain}-${begin}-${stop}`, chain, serverVersion: '6.0.5' },
    ...{ beginFetching: { ts: ts(begin), term: 1 }, position, ts: position.ts, sizeBytes: 1 },
  };
}
