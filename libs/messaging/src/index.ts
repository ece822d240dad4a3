// messaging: the bus port. What every bus promises, and what every user of one may rely on.
//
// - MessageBus: produce, consume, watch, latest. A topic is an ordered log of messages; a service is handed a bus
//   and never knows which one it is. Adapters are entries of their own (`@headwater/messaging/embedded`).
// - OutgoingMessage, IncomingMessage: key, headers and a value of bytes; an incoming one has its place, the offset.
// - consume: a group of consumers of which one is active; it gets messages in order, again and again until it
//   commits them (Assignment, Delivery).
// - watch: the latest message of every key, then every later one. It folds a topic of states into a view.
// - Subscription: what consume and watch give back; stop() ends it.
// - CommitTracker: which offset may be committed when messages become durable in another order than they came.
// - Backoff, pause: how long what failed waits for its next try, the same on every bus.
// - OpenSubscriptions, copyOf: what every adapter does with what it gives out.
// - checkTopic, checkGroup, checkMessages: what names and messages may be, the same on every bus.
export { Backoff } from './backoff.js';
export { CommitTracker } from './commit-tracker.js';
export type { IncomingMessage, OutgoingMessage } from './message.js';
export type {
  Assignment,
  ConsumeOptions,
  Delivery,
  MessageBus,
  Subscription,
  WatchOptions,
} from './message-bus.js';
export { checkGroup, checkMessages, checkTopic, maximumValueBytes } from './message-rules.js';
export { copyOf } from './message-copy.js';
export { messagingErrors } from './messaging-errors.js';
export { OpenSubscriptions } from './open-subscriptions.js';
export { pause } from './pause.js';
