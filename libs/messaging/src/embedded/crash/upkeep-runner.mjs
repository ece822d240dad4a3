// node upkeep-runner.mjs <bus file> <topic>: keeps the bus file small, round after round, until it is killed. Says
// `ready`, and `failed <message>` for a round that failed.
import { writeSync } from 'node:fs';
import { EmbeddedBus } from '@headwater/messaging/embedded';

const [file, topic] = process.argv.slice(2);
// A stream would hold back what its reader does not take, and a kill would take it along.
const say = (line) => writeSync(1, `${line}\n`);

const bus = await EmbeddedBus.open(file, {
  retention: { [topic]: { cleanup: 'delete', maxAgeSeconds: 3600, holdsUnread: true } },
  keptBytes: 1_000_000,
  upkeepMillis: 5,
  onUpkeepFailure: (error) => say(`failed ${error}`),
});
say('ready');
process.once('SIGTERM', () => bus.close());
