import type { ProtectionView } from '../protection/view.js';

/** How far an initial sync is. */
export interface Copy {
  /** 0 to 1; null while its size is unknown. */
  readonly fraction: number | null;
  readonly documentsDone: number;
  readonly documentsTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Since it was first seen; null while too little is known. */
  readonly bytesPerSecond: number | null;
  readonly etaSeconds: number | null;
}

/** A rate of less time says nothing. */
const leastMillis = 1000;

/** The running initial sync; null when none runs. Pure. */
export function copyOf({ agent, copyStart, capture }: ProtectionView): Copy | null {
  const sync = agent?.sync ?? null;
  if (agent === null || sync === null || capture?.order === 'tail') return null;
  const { documentsDone, documentsTotal, bytesDone, bytesTotal } = sync;
  const elapsedMillis = copyStart?.syncId === sync.id ? Date.parse(agent.updatedAt) - copyStart.atMillis : 0;
  const copied = bytesDone - (copyStart?.bytesDone ?? 0);
  const bytesPerSecond =
    elapsedMillis >= leastMillis && copied > 0 ? Math.round((copied * 1000) / elapsedMillis) : null;
  // The source goes on writing while it is counted and copied.
  const left = Math.max(0, bytesTotal - bytesDone);
  return {
    fraction: bytesTotal === 0 ? null : Math.min(1, bytesDone / bytesTotal),
    documentsDone,
    documentsTotal,
    bytesDone,
    bytesTotal,
    bytesPerSecond,
    etaSeconds: bytesPerSecond === null ? null : Math.round((left / bytesPerSecond) * 10) / 10,
  };
}
