import type { CaptureState } from '@headwater/contracts';
import { chainId } from '@headwater/oplog';
import { tailStartOf } from './tail-start.js';

const chain = chainId({ t: 100, i: 5 }, 3);
const at = (t: number, i = 1, term = 2) => ({ ts: { t, i }, term });
const order = (archivedTo: ReturnType<typeof at>): CaptureState => ({
  deployment: 'd',
  replicaSet: 'rs0',
  replicaSetId: 'a'.repeat(24),
  epoch: 3,
  order: 'tail',
  tail: { chain, archivedTo },
  sync: null,
  reason: '',
  updatedAt: '2026-11-24T08:00:00.000Z',
});

describe('a tail', () => {
  it('starts at the end of the store when the bus has nothing of this epoch', () => {
    const start = { chain, from: at(200), opening: null };
    expect(tailStartOf(order(at(200)), { epoch: 0, publishedTo: null })).toEqual(start);
    expect(tailStartOf(order(at(200)), { epoch: 2, publishedTo: at(300) })).toEqual(start);
  });

  it('starts at the later of store and bus within one epoch, so that what waits on the bus is not sent twice', () => {
    expect(tailStartOf(order(at(200)), { epoch: 3, publishedTo: at(300) })?.from).toEqual(at(300));
    expect(tailStartOf(order(at(200)), { epoch: 3, publishedTo: at(150) })?.from).toEqual(at(200));
  });

  it('opens its chain with the first entry itself', () => {
    expect(tailStartOf(order(at(100, 4)), { epoch: 3, publishedTo: null })).toEqual({
      chain,
      from: at(100, 4),
      opening: at(100, 5),
    });
  });

  it('needs a chain', () => {
    expect(tailStartOf({ ...order(at(1)), tail: null }, { epoch: 3, publishedTo: null })).toBeNull();
  });
});
