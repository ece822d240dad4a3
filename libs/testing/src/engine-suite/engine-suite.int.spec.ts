import { systemClock } from '@headwater/clock';
import type { MongodBinary } from '@headwater/mongod';
import { testMongod } from '../mongod-binary.js';
import { Ground } from './ground.js';
import { reportOf } from './report.js';
import { enginePromises, putToTest, runEngineSuite } from './suite.js';

const shownHereOnly = enginePromises.filter(({ shownBy }) => shownBy === undefined);

describe('the mongod that tests run', () => {
  let ground: Ground;
  beforeAll(async () => {
    const binary = await testMongod();
    ground = await Ground.open({ source: binary, head: binary });
  });
  afterAll(() => ground.close());

  it.each(shownHereOnly)('keeps $name', async (promise) => {
    expect(await putToTest(promise, ground, systemClock)).toMatchObject({ result: 'equal', reasons: [] });
  });
});

describe('the engine suite', () => {
  it('tells of a head that differs, and of one that could not be made', async () => {
    const binary: MongodBinary = await testMongod();
    const rows = await runEngineSuite({
      ...{ source: binary, head: binary, clock: systemClock },
      promises: [
        {
          name: 'written behind the archive',
          test: async (ground) => {
            await ground.seed();
            await ground.client.db('app').collection('items').insertOne({});
            return ground.differences();
          },
        },
        {
          name: 'made of nothing',
          test: async (ground) => {
            await ground.replay(ground.path('nothing'), { t: 1, i: 1 });
            return [];
          },
        },
      ],
    });
    expect(rows).toMatchObject([
      { result: 'DIFFERS', reasons: expect.arrayContaining(['app.items: is missing']) as string[] },
      { result: 'failed', reasons: [expect.stringContaining('did not make') as string] },
    ]);
    expect(reportOf(binary, binary, rows).reliable).toBe(false);
  });
});
