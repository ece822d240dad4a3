import { describeMessageBus } from '@headwater/messaging/conformance';
import { describeOnKafka } from './spec-support/describe-on-kafka.js';
import { scopedHarness } from './spec-support/test-broker.js';

/** Every topic that the suite names: on Kafka they are there before they are used. */
const topics = ['orders', 'other', 'not-made-yet', 'stuck', 'free', 'long', 'short', 'state'];

describeOnKafka('Kafka', (fixture) => {
  describeMessageBus('the bus on Kafka', () => scopedHarness(fixture(), topics));
});
