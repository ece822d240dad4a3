// node bus-opener.mjs <bus file> <name>: opens the bus, uses it in every way, closes it, and has to end by itself.
// Says `opened` and `done`, or `refused <code> <message>`.
import { EmbeddedBus } from '@headwater/messaging/embedded';

const [file, name] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);

try {
  const bus = await EmbeddedBus.open(file);
  say('opened');
  await bus.consume({ group: name, topics: ['names'], onMessage: async () => undefined });
  await bus.watch({ topic: 'names', keyPrefix: '', onValue: () => undefined });
  await bus.consume({ group: 'all', topics: ['names'], onMessage: async () => undefined });
  for (const key of ['1', '2', '3']) await bus.produce('names', [{ key, headers: { name }, value: null }]);
  await bus.close();
  say('done');
} catch (error) {
  say(`refused ${error.code} ${error.message}`);
}
