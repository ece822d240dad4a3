import type { Topics } from './topics.js';

/** How long a topic keeps its messages. */
export type TopicRetention =
  | {
      readonly cleanup: 'delete';
      /** A message that is older may go. */
      readonly maxAgeSeconds: number;
      /**
       * True: no message goes, whatever its age, before a group has committed it, also while none has come yet. False:
       * a topic that no group consumes goes by age and size alone.
       */
      readonly holdsUnread: boolean;
    }
  | {
      readonly cleanup: 'compact';
      /** A message that a later one of its key has replaced stays this long, for whoever follows the topic. */
      readonly replacedSeconds: number;
      /** A tombstone stays this long: who follows the topic and is not further behind than that misses none. */
      readonly tombstoneSeconds: number;
    };

const hour = 3600;
const day = 24 * hour;

/** What every bus is told about the topics, by their names. A topic that is not named keeps everything. */
export function topicRetentionOf(topics: Topics): Readonly<Record<string, TopicRetention>> {
  return {
    [topics.oplogBatches]: { cleanup: 'delete', maxAgeSeconds: 72 * hour, holdsUnread: true },
    [topics.initialSync]: { cleanup: 'delete', maxAgeSeconds: 24 * hour, holdsUnread: true },
    [topics.events]: { cleanup: 'delete', maxAgeSeconds: 90 * day, holdsUnread: false },
    [topics.state]: { cleanup: 'compact', replacedSeconds: 60, tombstoneSeconds: day },
  };
}
