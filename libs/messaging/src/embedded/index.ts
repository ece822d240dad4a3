// embedded: the bus in one SQLite file, for services on one host (or in memory, within one process, for specs).
//
// - EmbeddedBus: the adapter. Several processes open the same file; any of them may be killed at any moment.
// - BusFile: the file: how it is opened, checked, read, written and waited for.
// - MessageLog: topics, messages and commits in it, as SQL.
// - ChangeSignal: tells who waits that there may be something new, from this process or another one.
// - GroupLock: who is the active consumer of a group; the operating system frees it when its holder dies.
// - TopicCursor, DeliveryLoop: messages in order to one handler at a time, again after a throw.
// - GroupConsumer, TopicWatch: the two kinds of subscription, made of those.
export { EmbeddedBus } from './embedded-bus.js';
export type { EmbeddedBusOptions } from './embedded-bus.js';
