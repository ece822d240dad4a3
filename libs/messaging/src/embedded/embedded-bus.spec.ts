import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { describeMessageBus, describeRetention } from '@headwater/messaging/conformance';
import { BusFile } from './bus-file.js';
import { EmbeddedBus } from './embedded-bus.js';
import { MemoryGroups } from './memory-group-lock.js';
import { Upkeep } from './upkeep/upkeep.js';

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

describeRetention('the embedded bus in a file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bus-'));
  const path = join(directory, 'bus');
  const clients = [await EmbeddedBus.open(path)];
  const file = await BusFile.open(path);
  const upkeep = new Upkeep({
    file,
    lock: new MemoryGroups().lockOf('upkeep'),
    retention: {
      compacted: { cleanup: 'compact', replacedSeconds: -1, tombstoneSeconds: -1 },
      expiring: { cleanup: 'delete', maxAgeSeconds: 3600, holdsUnread: true },
    },
    keptBytes: 10_000,
    everyMillis: 1000,
    clock: systemClock,
    onFailure: (error) => {
      throw error;
    },
  });
  return {
    bus: clients[0] ?? (await EmbeddedBus.open(path)),
    another: async () => {
      const client = await EmbeddedBus.open(path);
      clients.push(client);
      return client;
    },
    settled: () => upkeep.round(),
    dispose: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await upkeep.stop();
      file.close();
      rmSync(directory, { recursive: true });
    },
  };
});
