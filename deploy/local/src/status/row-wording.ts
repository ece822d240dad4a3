import { bytes, count, isoSecond, timeOfDay, wholeDuration } from '../output/quantities.js';
import { newestSnapshot, type ProtectionView } from '../protection/view.js';
import type { ServiceCondition } from '../services/supervised-service.js';
import type { Copy } from './copy.js';
import type { Lags } from './lags.js';
import type { Window } from './window.js';

/** `12 GB of 29 GB (42 %), 38 MB/s, about 7 min 30 s left; 1,234 of 5,678 documents` */
export function copyText(copy: Copy): string {
  const { fraction, bytesPerSecond, etaSeconds } = copy;
  const percent = fraction === null ? '' : ` (${Math.floor(fraction * 100)} %)`;
  const rate = bytesPerSecond === null ? '' : `, ${bytes(bytesPerSecond)}/s`;
  const eta = etaSeconds === null ? '' : `, about ${wholeDuration(etaSeconds)} left`;
  const documents = `${count(copy.documentsDone)} of ${count(copy.documentsTotal)} documents`;
  return `${bytes(copy.bytesDone)} of ${bytes(copy.bytesTotal)}${percent}${rate}${eta}; ${documents}`;
}

/** `2026-11-24 08:00:12 to 11:23:45 UTC (3 h 23 min)` */
export function windowText(window: Window | null): string {
  if (window === null) return 'nothing yet';
  const [from, to] = [spaced(window.from.t), spaced(window.to.t)];
  const end = from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to;
  const earlier = window.earlierChains ? ', and earlier windows' : '';
  return `${from} to ${end} UTC (${wholeDuration(window.to.t - window.from.t)})${earlier}`;
}

export function lagText({ oplogSeconds, archiveSeconds, silent }: Lags): string {
  if (archiveSeconds === null) return 'not known yet';
  const atMost = silent ? 'up to ' : '';
  const agent = oplogSeconds === null ? '' : `agent ${atMost}${wholeDuration(oplogSeconds)}, `;
  return `${agent}archive ${atMost}${wholeDuration(archiveSeconds)} behind the source`;
}

export function snapshotText(view: ProtectionView, nowMillis: number): string {
  const newest = newestSnapshot(view);
  const work = headText(view);
  if (newest === null) return `none yet${work}`;
  const age = Math.max(0, nowMillis / 1000 - newest.ts.t);
  return `${timeOfDay(newest.ts.t)} UTC (${wholeDuration(age)} ago), ${bytes(newest.sizeBytes)}${work}`;
}

/** `4 of 4 ready`, `3 of 4 ready, agent starts again; restarts: agent 2` */
export function servicesText(services: readonly ServiceCondition[]): string {
  const down = services.filter(({ phase }) => phase !== 'ready');
  const restarted = services.filter(({ restarts }) => restarts > 0);
  const ready = `${services.length - down.length} of ${services.length} ready`;
  const told = down.map(({ name, phase }) => `, ${name} ${phaseText(phase)}`).join('');
  const restarts = restarted.map(({ name, restarts: times }) => `${name} ${times}`).join(', ');
  return `${ready}${told}${restarts === '' ? '' : `; restarts: ${restarts}`}`;
}

function phaseText(phase: ServiceCondition['phase']): string {
  switch (phase) {
    case 'starting':
      return 'is starting';
    case 'waiting':
      return 'is down';
    case 'unready':
      return 'is not ready';
    case 'ready':
      return 'is ready';
  }
}

function headText({ head }: ProtectionView): string {
  const progress = head?.progress ?? null;
  const percent = progress === null ? '' : ` ${Math.floor(progress * 100)} %`;
  if (head?.state === 'seeding') return `; making data files of the copy${percent}`;
  return head?.state === 'sealing' ? `; the next is being sealed${percent}` : '';
}

function spaced(seconds: number): string {
  return isoSecond(seconds).replace('T', ' ').replace('Z', '');
}
