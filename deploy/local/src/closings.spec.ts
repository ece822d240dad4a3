import { Closings } from './closings.js';

describe('Closings', () => {
  it('closes in the reverse order, and goes on after a failure', async () => {
    const closings = new Closings();
    const closed: string[] = [];
    closings.add('lock', () => void closed.push('lock'));
    closings.add('mongod', () => Promise.reject(new Error('stuck')));
    closings.add('services', () => void closed.push('services'));
    const told: string[] = [];
    await expect(closings.closeAll((name) => told.push(name))).resolves.toMatchObject([
      { name: 'mongod', error: { message: 'stuck' } },
    ]);
    expect(closed).toEqual(['services', 'lock']);
    expect(told).toEqual(['services', 'mongod', 'lock']);
    await expect(closings.closeAll()).resolves.toEqual([]);
  });

  it('ends what was still beginning when the interruption came', async () => {
    const closings = new Closings();
    const stop = new AbortController();
    const beginning = Promise.withResolvers<string>();
    const ended: string[] = [];
    const begun = closings.begin('mongod', () => beginning.promise, {
      close: (value) => {
        ended.push(value);
        return Promise.resolve();
      },
      signal: stop.signal,
    });
    stop.abort(new Error('Ctrl-C'));
    await expect(begun).rejects.toThrow('Ctrl-C');
    const closing = closings.closeAll();
    beginning.resolve('the mongod');
    await closing;
    expect(ended).toEqual(['the mongod']);
  });

  it('kill what is open and what is being closed, and close it all the same', async () => {
    const closings = new Closings();
    const done: string[] = [];
    const killed = Promise.withResolvers<undefined>();
    closings.add('first', () => void done.push('first closed'), {
      kill: () => void done.push('first killed'),
    });
    const kill = (): void => {
      killed.resolve(undefined);
    };
    closings.add('slow', () => killed.promise, { kill });
    const closing = closings.closeAll();
    closings.killAll();
    await expect(closing).resolves.toEqual([]);
    expect(done).toEqual(['first killed', 'first closed']);
  });
});
