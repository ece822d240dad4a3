// kafka: the bus on Kafka, for services on many hosts. The only importer of kafkajs.
//
// - KafkaBus: the adapter.
// - KafkaSettings: where the brokers are, and how a client proves itself.
// - wire/: requests to brokers on connections of their own, and their errors as the port's.
// - groups/: members of consumer groups: who holds what (SlotPlan), how a member stays in (GroupMembership), one
//   assignment from grant to end (HeldSlot), messages in order to one handler at a time (Delivery).
// - reading/: the newest message of every key (TopicView), and what follows it (TopicWatch). No group.
// - prepareTopics: topics made or looked at before a service uses them.
// - TopicWriter: one request at a time on each topic.
export { KafkaBus } from './kafka-bus.js';
export type { KafkaBusOptions } from './kafka-bus.js';
export type { KafkaSettings, SaslMechanism } from './kafka-settings.js';
export { prepareTopics } from './topics/kafka-topics.js';
export type { TopicsOptions } from './topics/kafka-topics.js';
