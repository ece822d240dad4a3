// node numbered-producer.mjs <bus file> <topic>: produces numbered messages until it is killed; SIGTERM ends it well.
// Goes on after the newest number that the bus has. Says `resumed <n>`, then `acked <n>` for every call that resolved.
import { writeSync } from 'node:fs';
import { EmbeddedBus } from '@headwater/messaging/embedded';

const [file, topic] = process.argv.slice(2);
// A stream would hold back what its reader does not take, and a kill would take it along.
const say = (line) => writeSync(1, `${line}\n`);
let stopping = false;
process.once('SIGTERM', () => (stopping = true));

const bus = await EmbeddedBus.open(file);
const newest = await bus.latest(topic, topic);
if (newest !== null && newest.headers.number !== newest.headers.lastOfCall) say('torn');
let number = Number(newest?.headers.number ?? 0);
say(`resumed ${number}`);

while (!stopping) {
  const count = 1 + (number % 4);
  const lastOfCall = String(number + count);
  const messages = Array.from({ length: count }, (_, i) => {
    const own = number + 1 + i;
    const value = Buffer.alloc((own * 7919) % 150_000, String(own));
    return { key: topic, headers: { number: String(own), lastOfCall }, value };
  });
  await bus.produce(topic, messages);
  number += count;
  say(`acked ${number}`);
}
await bus.close();
