import type { Epoch, SyncBegun } from '@headwater/repository';
import { deriveCapture } from './derive-capture.js';
import type { StoredCapture } from './derive-capture.js';

const at = (t: number, i = 1, term = 1) => ({ ts: { t, i }, term });
const chainId = 'c1';
const begun: SyncBegun = {
  format: 1,
  syncId: '0000000001',
  attempt: 'a1',
  chain: chainId,
  replicaSetId: 'a'.repeat(24),
  beginFetching: at(100, 7),
  beginApplying: at(101),
  member: 'h:1',
  serverVersion: '6.0.5',
  fcv: '6.0',
  epoch: 1,
};
const epoch = (change: Partial<Epoch> = {}): Epoch => ({
  format: 1,
  epoch: 1,
  order: 'initial-sync',
  chain: null,
  archivedTo: null,
  syncId: '0000000001',
  reason: '',
  createdAt: '2026-11-24T08:00:00.000Z',
  ...change,
});
const chain = { id: chainId, lastSliceTo: at(200), ended: false, hasBase: false };
const sync = { begun, archivedPart: 3, complete: false };
const derive = (change: Partial<StoredCapture>) => deriveCapture({ epoch: epoch(), sync, chain, ...change });

describe('the order that follows from the store', () => {
  it('goes on with an initial sync that is not complete, where it was', () => {
    expect(derive({})).toMatchObject({
      capture: {
        epoch: 1,
        order: 'initial-sync',
        chain: chainId,
        archivedTo: at(200),
        sync: { archivedPart: 3 },
      },
      next: null,
    });
  });

  it('waits for an initial sync that nobody has begun', () => {
    const unbegun = { begun: null, archivedPart: 0, complete: false };
    expect(derive({ sync: unbegun, chain: null })).toMatchObject({
      capture: { chain: null, archivedTo: null },
      next: null,
    });
  });

  it('is to tail once the initial sync is complete, also where the epoch that says so is missing', () => {
    const based = { ...chain, hasBase: true };
    expect(derive({ chain: based }).next).toMatchObject({
      order: 'tail',
      chain: chainId,
      archivedTo: at(200),
    });
    expect(derive({ epoch: epoch({ order: 'tail', chain: chainId }), chain: based }).next).toBeNull();
  });

  it('opens a chain without slices just before its first entry', () => {
    const { capture } = derive({ chain: { ...chain, lastSliceTo: null } });
    expect(capture).toMatchObject({ archivedTo: at(100, 6), opening: true });
  });

  it('is a new initial sync when a gap or a fork has ended the chain, whatever lies on it', () => {
    const ended = { ...chain, ended: true, hasBase: true };
    for (const order of ['tail', 'initial-sync', 'none'] as const) {
      expect(derive({ epoch: epoch({ order, chain: chainId }), chain: ended }).next).toMatchObject({
        order: 'initial-sync',
        chain: null,
      });
    }
  });

  it('tries again after a hold', () => {
    const held = epoch({ order: 'none', chain: chainId });
    expect(derive({ epoch: held, chain: { ...chain, hasBase: true } }).next).toMatchObject({ order: 'tail' });
    expect(derive({ epoch: held }).next).toMatchObject({ order: 'initial-sync', chain: null });
  });
});
