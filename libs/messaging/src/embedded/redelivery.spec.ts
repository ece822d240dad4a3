import { ManualClock } from '@headwater/clock';
import { EmbeddedBus } from './embedded-bus.js';

describe('an embedded bus with a clock of its own', () => {
  it('stamps messages by it', async () => {
    const clock = new ManualClock(new Date('2026-11-24T08:00:00.123Z'));
    const bus = await EmbeddedBus.open(':memory:', { clock });
    await bus.produce('topic', [{ key: 'a', headers: {}, value: Buffer.from('1') }]);
    expect((await bus.latest('topic', 'a'))?.at).toEqual(new Date('2026-11-24T08:00:00.123Z'));
    await bus.close();
  });

  it('delivers again 0.1 s after a throw, then after twice as long each time, up to 5 s', async () => {
    const clock = new ManualClock();
    const bus = await EmbeddedBus.open(':memory:', { clock });
    await bus.produce('topic', [{ key: 'a', headers: {}, value: null }]);
    const at: number[] = [];
    const failed = Promise.withResolvers<undefined>();
    await bus.consume({
      group: 'g',
      topics: ['topic'],
      onMessage: () => {
        at.push(clock.ticksMillis());
        return Promise.reject(new Error('never'));
      },
      onError: () => {
        failed.resolve(undefined);
      },
    });
    await failed.promise;
    while (clock.ticksMillis() < 20_000) await clock.advance(50);
    expect(at.slice(1).map((time, i) => time - (at[i] ?? 0))).toEqual([
      100, 200, 400, 800, 1600, 3200, 5000, 5000,
    ]);
    await bus.close();
  });
});
