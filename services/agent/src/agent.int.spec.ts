import { join } from 'node:path';
import { gapFound, syncAbandoned, syncBegun, syncSent } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { compareTimestamps, parseChainId } from '@headwater/oplog';
import { decodePart } from '@headwater/repository';
import { startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { eventually, startReplicaSet, temporaryDirectory, testMongod } from '@headwater/testing';
import type { ReplicaSet, TemporaryDirectory } from '@headwater/testing';
import { deserialize } from 'bson';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { ScriptedIngest } from './spec-support/scripted-ingest.js';

const ms = 30_000;

describe('an agent on a real replica set', () => {
  let set: ReplicaSet;
  let directory: TemporaryDirectory;
  let service: RunningService;
  let bus: EmbeddedBus;
  let ingest: ScriptedIngest;

  beforeAll(async () => {
    set = await startReplicaSet({ binary: await testMongod() });
    directory = await temporaryDirectory();
    const busFile = join(directory.path, 'bus.db');
    bus = await EmbeddedBus.open(busFile);
    await accounts().insertMany([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const { config } = await set.connect().db('admin').command({ replSetGetConfig: 1 });
    const { settings } = config as { settings: { replicaSetId: { toHexString(): string } } };
    ingest = await ScriptedIngest.start(bus, settings.replicaSetId.toHexString());
    service = await startService({
      name: 'agent',
      config: () =>
        readConfig({
          HEADWATER_AGENT_PORT: '0',
          HEADWATER_LOG_LEVEL: 'silent',
          HEADWATER_BUS_FILE: busFile,
          HEADWATER_MONGODB_URI: set.uri,
        }),
      module: AppModule.compose,
    });
  });
  afterAll(async () => {
    await service.close();
    await bus.close();
    await set.stop();
    await directory.remove();
  });

  const accounts = () => set.connect().db('app').collection('accounts');
  const last = () => ingest.batches.at(-1);

  it('announces its replica set and waits for an order', async () => {
    const agent = await eventually(() => ingest.agent, { deadlineMs: ms });
    expect(agent).toMatchObject({ phase: 'waiting', epoch: 0, replicaSetId: ingest.replicaSetId });
    await eventually(async () => (await fetch(`${service.url}/readyz`)).ok, { deadlineMs: ms });
  });

  it('copies what is ordered: its beginning, the tail from there on, the parts, and that all was sent', async () => {
    await ingest.order({ order: 'initial-sync', sync: { id: 's1', attempt: null, archivedPart: 0 } });
    const begun = await eventually(() => ingest.said(syncBegun)[0], { deadlineMs: ms });
    expect(begun).toMatchObject({ epoch: 1, syncId: 's1', member: set.members[0]?.host });
    expect(parseChainId(begun.chain)).toMatchObject({ beginFetching: begun.beginFetching.ts });
    await accounts().insertOne({ n: 4 });
    const first = await eventually(() => ingest.batches[0], { deadlineMs: ms });
    expect(first).toMatchObject({ epoch: 1, chain: begun.chain });
    expect(compareTimestamps(first.from.ts, begun.beginFetching.ts)).toBe(-1);
    expect(ingest.parts).toEqual([]);

    const tail = { chain: begun.chain, archivedTo: first.from };
    await ingest.order({ tail, sync: { id: 's1', attempt: begun.attempt, archivedPart: 0 } });
    const sent = await eventually(() => ingest.said(syncSent)[0], { deadlineMs: ms });
    expect(sent).toMatchObject({ syncId: 's1', attempt: begun.attempt, parts: ingest.parts.length });
    expect(ingest.parts.map(({ part }) => part)).toEqual(ingest.parts.map((_, n) => n + 1));
    const numbers = ingest.sync.flatMap(({ type, data }) => {
      const content = type === 'io.headwater.initial-sync.part.v1' ? decodePart(data) : null;
      const sections = content?.kind === 'documents' ? content.sections : [];
      return sections
        .filter(({ name }) => name === 'accounts')
        .flatMap(({ documents }) => documents.map((document) => Number(deserialize(document)['n'])));
    });
    expect(numbers).toEqual(expect.arrayContaining([1, 2, 3]));
    await eventually(() => ingest.agent?.syncSent === 's1', { deadlineMs: ms });
    expect(ingest.said(syncAbandoned)).toEqual([]);
  });

  it('sends everything once, in one unbroken line, and says how far it is', async () => {
    for (let n = 10; n < 20; n += 1) {
      await accounts().insertOne({ n });
    }
    await eventually(() => entriesSince(0) >= 10, { deadlineMs: ms });
    const { batches } = ingest;
    for (const [index, batch] of batches.entries()) {
      expect(batch.from).toEqual(batches[index - 1]?.to ?? batch.from);
    }
    const { publishedTo, sourceNewest } = await eventually(
      () => (ingest.agent?.publishedTo?.ts.t === last()?.to.ts.t ? ingest.agent : null),
      { deadlineMs: ms },
    );
    expect(compareTimestamps(sourceNewest?.ts ?? { t: 0, i: 0 }, publishedTo?.ts ?? { t: 1, i: 0 })).not.toBe(
      -1,
    );
  });

  it('goes back to the end of the store under a new epoch, and leaves the copy alone', async () => {
    const sent = ingest.batches.length;
    const archivedTo = ingest.batches[0]?.to;
    const chain = ingest.batches[0]?.chain;
    if (archivedTo === undefined || chain === undefined) {
      throw new Error('no batch');
    }
    await ingest.order({ epoch: 2, order: 'tail', tail: { chain, archivedTo }, sync: null });
    const again = await eventually(() => ingest.batches[sent], { deadlineMs: ms });
    expect(again).toMatchObject({ epoch: 2, chain, from: archivedTo });
    await accounts().insertOne({ n: 30 });
    await eventually(() => ingest.agent?.epoch === 2 && ingest.agent.phase === 'tailing', { deadlineMs: ms });
    expect(ingest.said(gapFound)).toEqual([]);
  });

  function entriesSince(index: number): number {
    return ingest.batches.slice(index).reduce((sum, { count }) => sum + count, 0);
  }
});
