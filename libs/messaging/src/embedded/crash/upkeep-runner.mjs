// node upkeep-runner.mjs <bus file> <topic>: keeps the bus file small, round after round, until it is killed. Says
// `ready`, and `failed <message>` for a round that failed.
import { EmbeddedBus } from '@headwater/messaging/embedded';

const [file, topic] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);

const bus = await EmbeddedBus.open(file, {
  retention: { [topic]: { cleanup: 'delete', maxAgeSeconds: 3600, holdsUnread: true } },
  keptBytes: 1_000_000,
  upkeepMillis: 5,
  onUpkeepFailure: (error) => say(`failed ${error}`),
});
say('ready');
process.once('SIGTERM', () => bus.close());
