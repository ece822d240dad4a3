// node bus-opener.mjs <bus file> <name> [<when>]: opens the bus (at a time in milliseconds since 1970), uses it in every
// way, is idle on it for a moment, closes it, and has to end by itself. Says `opened` and `done`, or `refused <code> <message>`.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedBus } from '@headwater/messaging/embedded';

const [file, name, when = '0'] = process.argv.slice(2);
// A stream would hold back what its reader does not take, and a kill would take it along.
const say = (line) => writeSync(1, `${line}\n`);

await sleep(Math.max(0, Number(when) - Date.now() - 5));
while (Date.now() < Number(when)); // to the millisecond, as all the others
try {
  const bus = await EmbeddedBus.open(file);
  say('opened');
  await bus.consume({ group: name, topics: ['names'], onMessage: async () => undefined });
  await bus.watch({ topic: 'names', keyPrefix: '', onValue: () => undefined });
  await bus.consume({ group: 'all', topics: ['names'], onMessage: async () => undefined });
  for (const key of ['1', '2', '3']) await bus.produce('names', [{ key, headers: { name }, value: null }]);
  await sleep(50);
  await bus.close();
  say('done');
} catch (error) {
  say(`refused ${error.code} ${error.message}`);
}
