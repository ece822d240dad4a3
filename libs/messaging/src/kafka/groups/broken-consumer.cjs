// A consumer on the built bus, for broken-consumer.int.spec.ts. The arguments: a broker, a topic, and what breaks at the first message.
const { KafkaBus } = require('@headwater/messaging/kafka');
const { PartitionCursor } = require('../../../dist/kafka/groups/partition-cursor.js');

const [broker, topic, breaks] = process.argv.slice(2);

const bug = () => {
  throw new TypeError(`a bug in the ${breaks}`);
};

const bus = KafkaBus.open({ brokers: [broker], clientId: 'broken' });
void bus.consume({
  group: 'broken',
  topics: [topic],
  onMessage: () => {
    process.stdout.write('delivered\n');
    if (breaks === 'loop') Object.defineProperty(PartitionCursor.prototype, 'current', { get: bug });
    if (breaks === 'handler') bug();
    return breaks === 'report' ? Promise.reject(new Error('not handled')) : Promise.resolve();
  },
  onError: () => {
    if (breaks === 'report') bug();
  },
});
