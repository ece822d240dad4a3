import type { CaptureState } from '@headwater/contracts';
import { syncWorkOf } from './order-work.js';

const order = (sync: CaptureState['sync'], kind: CaptureState['order'] = 'initial-sync'): CaptureState => ({
  deployment: 'd',
  replicaSet: 'rs0',
  replicaSetId: 'a'.repeat(24),
  epoch: 1,
  order: kind,
  tail: null,
  sync,
  reason: '',
  updatedAt: '2026-11-24T08:00:00.000Z',
});
const ordered = { id: 's1', attempt: null, archivedPart: 0 };
const begun = { id: 's1', attempt: 'a1', archivedPart: 3 };
const nothingSent = { syncSent: null };

describe('an order', () => {
  it('starts a copy that nobody has begun', () => {
    expect(syncWorkOf(order(ordered), null, nothingSent)).toBe('start');
    expect(syncWorkOf(order(ordered), { syncId: 's0', attempt: 'a0' }, nothingSent)).toBe('start');
  });

  it('never starts one that another process began: it is abandoned', () => {
    expect(syncWorkOf(order(begun), null, nothingSent)).toBe('abandon');
    expect(syncWorkOf(order(begun), { syncId: 's1', attempt: 'a2' }, nothingSent)).toBe('abandon');
  });

  it('leaves the running copy alone, whatever happens to the tail', () => {
    const running = { syncId: 's1', attempt: 'a1' };
    expect(syncWorkOf(order(ordered), running, nothingSent)).toBe('go-on');
    expect(syncWorkOf(order(begun), running, nothingSent)).toBe('go-on');
  });

  it('does not send a copy twice that is on the bus whole', () => {
    expect(syncWorkOf(order(begun), null, { syncSent: 's1' })).toBe('wait');
  });

  it('to tail, or to do nothing, stops a copy', () => {
    expect(syncWorkOf(order(begun, 'tail'), { syncId: 's1', attempt: 'a1' }, nothingSent)).toBe('none');
    expect(syncWorkOf(order(begun, 'none'), null, nothingSent)).toBe('none');
  });
});
