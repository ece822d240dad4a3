import { ManualClock } from '@headwater/clock';
import { headKey, snapshotCompleted, snapshotKey, topicsOf } from '@headwater/contracts';
import { FaultPlan } from '@headwater/faults';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { FaultyBus } from '@headwater/messaging/faulty';
import { Publisher, createLogger } from '@headwater/service-kit';
import { HeadJournal } from './head-journal.js';

const topics = topicsOf();
const manifest = {
  id: '1-1',
  kind: 'block' as const,
  chain: 'c1',
  position: { ts: { t: 1, i: 1 }, term: 1 },
  sizeBytes: 1,
  storedBytes: 1,
  createdAt: '2026-11-24T08:00:00.000Z',
  replicaSetId: 'abc',
};

describe('what is said of a head', () => {
  let bus: EmbeddedBus;
  let plan: FaultPlan;
  let journal: HeadJournal;

  beforeEach(async () => {
    bus = await EmbeddedBus.open(':memory:');
    plan = new FaultPlan();
    const clock = new ManualClock();
    const publisher = new Publisher({
      bus: new FaultyBus(bus, { plan, clock }),
      topics,
      clock,
      source: '/headwater/snapshot-builder/spec',
    });
    const logger = createLogger({ service: 'snapshot-builder', level: 'silent' });
    journal = new HeadJournal({ deployment: 'd', replicaSet: 'rs0', publisher, clock, logger });
  });

  afterEach(() => bus.close());

  const refuse = (about: string) => {
    plan.add({ operation: 'produce', kind: 'fail-before', about });
  };
  const state = async (key: string) => (await bus.latest(topics.state, key))?.value?.toString() ?? '';

  it('stops no head where the bus refuses it, and is said again', async () => {
    refuse(topics.state);
    await journal.enter('seeding');
    expect(await state(headKey('d', 'rs0'))).toBe('');
    await journal.repeat();
    expect(await state(headKey('d', 'rs0'))).toContain('seeding');
  });

  it.each([topics.state, topics.events])(
    'says every snapshot that was sealed, also where %s is refused',
    async (topic) => {
      refuse(topic);
      await journal.sealed(manifest);
      await journal.repeat();
      expect(await state(snapshotKey('d', 'rs0', '1-1'))).toContain('"1-1"');
      const [event] = [await bus.latest(topics.events, 'd')];
      expect(event?.headers['ce_type']).toBe(snapshotCompleted.type);
    },
  );
});
