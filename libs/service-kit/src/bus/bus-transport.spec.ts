import { EventEmitter, once } from 'node:events';
import { ManualClock } from '@headwater/clock';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import type { IncomingMessage, MessageBus } from '@headwater/messaging';
import { Controller, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Lifecycle } from '../service/lifecycle.js';
import type { LifecycleSteps } from '../service/lifecycle.js';
import { startService } from '../service/start-service.js';
import { createLogger } from '../logging/logger.js';
import type { BusContext } from './bus-context.js';
import { BusTransport } from './bus-transport.js';
import type { BusTransportOptions } from './bus-transport.js';
import { OnTopic } from './on-topic.js';

const batches = 'headwater.oplog-batches.v1';
const syncs = 'headwater.initial-sync.v1';

/** What the handlers did, and what they do next. */
class Script {
  readonly seen: string[] = [];
  readonly contexts: BusContext[] = [];
  private readonly changes = new EventEmitter();
  act: (text: string) => Promise<void> = () => Promise.resolve();

  async run(message: IncomingMessage, context: BusContext): Promise<void> {
    const text = `${message.topic.split('.')[1] ?? ''} ${String(message.value)}`;
    this.contexts.push(context);
    this.note(text);
    await this.act(text);
  }

  note(text: string): void {
    this.seen.push(text);
    this.changes.emit('change');
  }

  /** Resolves when that much has happened. */
  async until(count: number): Promise<void> {
    while (this.seen.length < count) await once(this.changes, 'change');
  }
}

@Controller()
class DataConsumer {
  constructor(private readonly script: Script) {}

  @OnTopic(batches)
  batch(message: IncomingMessage, context: BusContext): Promise<void> {
    return this.script.run(message, context);
  }

  @OnTopic(syncs)
  part(message: IncomingMessage, context: BusContext): Promise<void> {
    return this.script.run(message, context);
  }
}

@Module({})
class DataModule {
  static of(transport: BusTransport, script: Script, steps: LifecycleSteps): DynamicModule {
    return {
      module: DataModule,
      controllers: [DataConsumer],
      providers: [
        { provide: Script, useValue: script },
        { provide: BusTransport, useValue: transport },
        { provide: Lifecycle, useValue: new Lifecycle(steps) },
      ],
    };
  }
}

describe('a service on the bus', () => {
  let bus: EmbeddedBus;
  let script: Script;
  const log: string[] = [];
  const logger = createLogger({
    service: 'spec',
    level: 'warn',
    destination: { write: (line) => log.push(line) },
  });

  beforeEach(async () => {
    bus = await EmbeddedBus.open(':memory:');
    script = new Script();
    log.length = 0;
  });
  afterEach(() => bus.close());

  async function start(more: Partial<BusTransportOptions> = {}, steps: LifecycleSteps = {}) {
    const transport = new BusTransport({ bus, group: 'ingest', logger, ...more });
    const service = await startService({
      name: 'spec',
      config: () => ({ host: '127.0.0.1', port: 0, logLevel: 'silent' }),
      logger,
      clock: new ManualClock(),
      module: () => DataModule.of(transport, script, steps),
    });
    return { transport, service };
  }

  function note(text: string): Promise<void> {
    script.note(text);
    return Promise.resolve();
  }

  /** Time enough for a delivery: another consumer has had its own. */
  async function anotherGroupGets(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let got = 0;
    const onMessage = (): Promise<void> => {
      if (++got === count) resolve(undefined);
      return Promise.resolve();
    };
    const subscription = await bus.consume({ group: 'another', topics: [batches], onMessage });
    await promise;
    await subscription.stop();
  }

  const send = (topic: string, ...values: (string | Buffer)[]) =>
    bus.produce(
      topic,
      values.map((value) => ({ key: 'd/rs0', headers: { ce_id: '1' }, value: Buffer.from(value) })),
    );

  it('hands bytes, headers and delivery to the handler of the topic, in order', async () => {
    await send(batches, Buffer.from([0, 255, 123, 254]), 'b');
    const { service } = await start();
    await script.until(2);
    expect(script.contexts[0]?.message).toMatchObject({
      topic: batches,
      key: 'd/rs0',
      headers: { ce_id: '1' },
      value: Buffer.from([0, 255, 123, 254]),
    });
    expect(script.seen[1]).toBe('oplog-batches b');
    await service.close();
  });

  it('awaits a handler before the next message, whatever its topic', async () => {
    const first = Promise.withResolvers<undefined>();
    script.act = (text) => (text.endsWith(' 1') ? first.promise : Promise.resolve());
    await send(batches, '1');
    const { service } = await start();
    await script.until(1);
    await send(syncs, '2');
    await send(batches, '3');
    script.note('still alone');
    first.resolve(undefined);
    await script.until(4);
    expect(script.seen.slice(0, 2)).toEqual(['oplog-batches 1', 'still alone']);
    expect(script.seen.slice(2).sort()).toEqual(['initial-sync 2', 'oplog-batches 3']);
    await service.close();
  });

  it('delivers again what a handler threw at, and after a start what was not committed', async () => {
    let failures = 1;
    script.act = () => (failures-- > 0 ? Promise.reject(new Error('the store is full')) : Promise.resolve());
    await send(batches, '1', '2');
    const one = await start();
    await script.until(3);
    expect(script.seen).toEqual(['oplog-batches 1', 'oplog-batches 1', 'oplog-batches 2']);
    expect(JSON.parse(log[0] ?? '{}')).toMatchObject({
      logId: 'bus.handler-failed',
      topic: batches,
      offset: 0,
      err: { message: 'the store is full' },
    });
    await script.contexts[1]?.delivery.commit();
    await one.service.close();

    const two = await start();
    await script.until(4);
    expect(script.seen[3]).toBe('oplog-batches 2');
    await two.service.close();
  });

  it("gives the bus the handler's own error, but never one of the language", async () => {
    const own = new Error('the store is full');
    const thrown: Error[] = [own, new TypeError('no such property')];
    script.act = () => {
      const error = thrown.shift();
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    };
    const errors: unknown[] = [];
    const listening: MessageBus = Object.assign(Object.create(bus) as EmbeddedBus, {
      consume: (options: Parameters<MessageBus['consume']>[0]) =>
        bus.consume({
          ...options,
          onError: (error) => {
            errors.push(error);
          },
        }),
    });
    await send(batches, '1');
    const { service } = await start({ bus: listening });
    await script.until(3);
    expect(errors[0]).toBe(own);
    expect(errors[1]).toMatchObject({ code: 'KIT-90001', cause: { name: 'TypeError' } });
    await service.close();
  });

  it('tells when the group comes and goes', async () => {
    const { service, transport } = await start({
      onAssigned: (assignment) => note(`assigned ${String(assignment.signal.aborted)}`),
      onRevoked: () => note('revoked'),
    });
    await script.until(1);
    expect(transport.active).toBe(true);
    await service.close();
    expect(transport.active).toBe(false);
    expect(script.seen).toEqual(['assigned false', 'revoked']);
  });

  it('consumes the topics of another prefix', async () => {
    await send('acme.oplog-batches.v1', '1');
    const { service } = await start({ topicPrefix: 'acme' });
    await script.until(1);
    expect(script.seen).toEqual(['oplog-batches 1']);
    await service.close();
  });

  it('takes nothing in before the service knows its state', async () => {
    await send(batches, '1');
    const steps = { start: () => anotherGroupGets(1).then(() => note('started')) };
    const { service } = await start({ onAssigned: () => note('assigned') }, steps);
    await script.until(3);
    expect(script.seen).toEqual(['started', 'assigned', 'oplog-batches 1']);
    await service.close();
  });

  it('stops in order: running handler, flush, commit, leave the group, close', async () => {
    const running = Promise.withResolvers<undefined>();
    script.act = () => running.promise.then(() => note('handled'));
    await send(batches, '1', '2');
    const { service, transport } = await start(
      { onRevoked: () => note('revoked') },
      {
        drain: async () => {
          void note('draining');
          await transport.stopIntake();
          await anotherGroupGets(2);
          await script.contexts[0]?.delivery.commit();
          await note('committed');
        },
        close: () => note('closing'),
      },
    );
    await script.until(1);
    const closing = service.close();
    await script.until(2);
    running.resolve(undefined);
    await closing;
    expect(script.seen).toEqual([
      'oplog-batches 1',
      'draining',
      'handled',
      'committed',
      'revoked',
      'closing',
    ]);
    expect(log).toEqual([]);

    const next = await start();
    await script.until(7);
    expect(script.seen[6]).toBe('oplog-batches 2');
    await next.service.close();
  });

  it('says that intake has stopped when the running handler has returned', async () => {
    const running = Promise.withResolvers<undefined>();
    script.act = () => running.promise.then(() => note('handled'));
    await send(batches, '1');
    const { service, transport } = await start();
    await script.until(1);
    const stopped = transport.stopIntake().then(() => note('stopped'));
    await anotherGroupGets(1);
    running.resolve(undefined);
    await stopped;
    expect(script.seen.slice(1)).toEqual(['handled', 'stopped']);
    await service.close();
  });
});
