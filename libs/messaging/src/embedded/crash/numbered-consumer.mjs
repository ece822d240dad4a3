// node numbered-consumer.mjs <bus file> <topic>: consumes what numbered-producer.mjs produces and commits every third
// message, until it is killed; SIGTERM ends it well. Says `ready`, `assigned`, `received <n>`, `committing <n>` and,
// once that is durable, `committed <n>`.
import { writeSync } from 'node:fs';
import { EmbeddedBus } from '@headwater/messaging/embedded';

const [file, topic] = process.argv.slice(2);
// A stream would hold back what its reader does not take, and a kill would take it along.
const say = (line) => writeSync(1, `${line}\n`);

const bus = await EmbeddedBus.open(file);
await bus.consume({
  group: 'numbers',
  topics: [topic],
  onAssigned: async () => say('assigned'),
  onMessage: async ({ headers, value }, delivery) => {
    const number = Number(headers.number);
    const whole = value.equals(Buffer.alloc((number * 7919) % 150_000, String(number)));
    say(whole ? `received ${number}` : `spoilt ${number}`);
    if (number % 3 !== 0) return;
    say(`committing ${number}`);
    await delivery.commit();
    say(`committed ${number}`);
  },
  onError: (error) => say(`failed ${error}`),
});
say('ready');
process.once('SIGTERM', () => bus.close());
