import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMessageBus } from '@headwater/messaging/conformance';
import { EmbeddedBus } from './embedded-bus.js';

describeMessageBus('the embedded bus in memory', async () => {
  const keeper = await EmbeddedBus.open(':memory:');
  const clients = [keeper.sibling()];
  return {
    bus: clients[0] ?? keeper,
    another: () => {
      const client = keeper.sibling();
      clients.push(client);
      return Promise.resolve(client);
    },
    dispose: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await keeper.close();
    },
  };
});

describeMessageBus('the embedded bus in a file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bus-'));
  const open = () => EmbeddedBus.open(join(directory, 'bus'));
  const bus = await open();
  const clients = [bus];
  return {
    bus,
    another: async () => {
      const client = await open();
      clients.push(client);
      return client;
    },
    dispose: async () => {
      await Promise.all(clients.map((client) => client.close()));
      rmSync(directory, { recursive: true });
    },
  };
});
