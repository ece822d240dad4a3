import { EmbeddedBus } from '@headwater/messaging/embedded';
import { Controller, Module } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { createLogger } from '../logging/logger.js';
import { startService } from '../service/start-service.js';
import { BusTransport } from './bus-transport.js';
import { OnTopic } from './on-topic.js';

const topic = 'headwater.oplog-batches.v1';

@Controller()
class First {
  @OnTopic(topic)
  batch(): void {
    // Never reached.
  }
}

@Controller()
class Second {
  @OnTopic(topic)
  batch(): void {
    // Never reached.
  }
}

@Controller()
class Replying {
  @MessagePattern('ask')
  ask(): string {
    return 'answer';
  }
}

@Module({})
class SpecModule {}

async function startWith(controllers: Type[]): Promise<void> {
  const bus = await EmbeddedBus.open(':memory:');
  const logger = createLogger({ service: 'spec', level: 'silent' });
  const transport = new BusTransport({ bus, group: 'ingest', logger });
  const providers = [{ provide: BusTransport, useValue: transport }];
  try {
    const service = await startService({
      name: 'spec',
      config: () => ({ host: '127.0.0.1', port: 0, logLevel: 'silent' }),
      logger,
      module: () => ({ module: SpecModule, controllers, providers }),
    });
    await service.close();
  } finally {
    await bus.close();
  }
}

describe('handlers on the bus', () => {
  it('are not needed', async () => {
    await expect(startWith([])).resolves.toBeUndefined();
  });

  it('are one for each topic', async () => {
    await expect(startWith([First, Second])).rejects.toMatchObject({
      code: 'KIT-90002',
      message: `${topic} has two handlers`,
    });
  });

  it('give no replies', async () => {
    await expect(startWith([Replying])).rejects.toMatchObject({ code: 'KIT-90002' });
  });
});
