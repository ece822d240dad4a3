import { captureKey } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { replicaSetId, topics } from '../spec-support/agent-parts.js';
import { LogLines } from '../spec-support/log-lines.js';
import { ScriptedIngest } from '../spec-support/scripted-ingest.js';
import { CaptureOrders } from './capture-orders.js';

describe('the order in force', () => {
  let bus: EmbeddedBus;
  let orders: CaptureOrders;
  let ingest: ScriptedIngest;
  let log: LogLines;
  const { signal } = new AbortController();

  beforeEach(async () => {
    bus = await EmbeddedBus.open(':memory:');
    log = new LogLines();
    const about = { deployment: 'rs0', replicaSet: 'rs0', replicaSetId };
    orders = new CaptureOrders({ bus, stateTopic: topics.state, ...about, logger: log.logger });
    ingest = await ScriptedIngest.start(bus, replicaSetId);
    await orders.start();
  });
  afterEach(() => bus.close());

  it('is the highest epoch that was seen for this replica set', async () => {
    await ingest.order({ epoch: 5 });
    await ingest.order({ epoch: 4, order: 'tail' });
    await ingest.order({ epoch: 9, order: 'tail', replicaSetId: 'b'.repeat(24) });
    await ingest.order({ epoch: 6, order: 'tail', replicaSetId });
    expect(await orders.until(({ epoch }) => epoch > 5, signal)).toMatchObject({ epoch: 6 });
  });

  it('stays in force when a later one cannot be read, and that is logged', async () => {
    await ingest.order({ epoch: 5 });
    await bus.produce(topics.state, [
      { key: captureKey('rs0', 'rs0'), headers: {}, value: Buffer.from('?') },
    ]);
    await ingest.order({ epoch: 5, reason: 'again' });
    await orders.until(({ reason }) => reason === 'again', signal);
    expect(log.with('orders.unreadable')).toHaveLength(1);
  });

  it('is not waited for beyond the signal', async () => {
    const stop = new AbortController();
    const waiting = orders.until(() => true, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
  });
});
