import type { RestoreJobBody } from '@headwater/contracts';
import { bytes, count, duration } from '../output/quantities.js';
import type { Fields } from '../output/step-event.js';

/** What a restore job is doing, in words. */
export function jobText({ state, progress }: Pick<RestoreJobBody, 'state' | 'progress'>): string {
  const { bytesDone, bytesTotal, entriesDone, entriesTotal, etaSeconds } = progress;
  const eta = etaSeconds === null ? '' : `, about ${duration(etaSeconds)} left`;
  switch (state) {
    case 'Planned':
      return 'waiting to begin';
    case 'Materializing':
      return `writing the data files of the snapshot: ${bytes(bytesDone)} of ${bytes(bytesTotal)}${eta}`;
    case 'Replaying':
      return `replaying the writes after the snapshot: ${count(entriesDone)} of ${count(entriesTotal)} oplog entries${eta}`;
    case 'Preparing':
      return 'making the files ready for a plain mongod';
    case 'Verifying':
      return 'checking the files and opening them with a mongod';
    case 'Ready':
      return 'moving the files into place';
    case 'Delivered':
      return 'delivered';
    case 'Failed':
      return 'failed';
    case 'Cancelled':
      return 'cancelled';
  }
}

export function jobFields({ id, state, progress }: RestoreJobBody): Fields {
  const { phase: _phase, ...rest } = progress;
  return { restoreId: id, jobState: state, ...rest };
}
