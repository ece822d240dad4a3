import { defineErrors } from '@headwater/errors';

export const messagingErrors = defineErrors('MESSAGING', {
  invalidTopic: {
    number: 10001,
    solution:
      'Set HEADWATER_TOPIC_PREFIX so that topic names have 1 to 249 characters out of A-Z a-z 0-9 . _ and -.',
  },
  notWritable: {
    number: 10002,
    solution:
      'Make the directory of the bus file, and the file itself if there is one, writable for the user that runs the service.',
  },
  foreignFile: {
    number: 10003,
    solution:
      'Name another path for the bus file: what is there was not made by Headwater, and is left untouched.',
  },
  damagedFile: {
    number: 10004,
    solution:
      'Stop every service, move the bus file and what shares its name away, and start again: backups are in the store, the bus is filled anew.',
  },
  newerFormat: {
    number: 10005,
    solution:
      'Start the release of Headwater that wrote the bus file, or a later one: older ones cannot read it.',
  },
  busy: {
    number: 10006,
    retryable: true,
    solution: 'Look for a stopped or frozen process that has the bus file open, and end it.',
  },
  diskFull: { number: 10007, retryable: true, solution: 'Free space on the disk of the bus file.' },
  inputOutput: {
    number: 10008,
    retryable: true,
    solution: 'Check the disk of the bus file: the operating system could not read or write it.',
  },
  assignmentEnded: {
    number: 10009,
    solution:
      'Nothing needs to be done: the message is delivered again to the consumer that follows in the group.',
  },
  closed: {
    number: 10010,
    solution: 'Nothing needs to be done while a service stops; otherwise restart it.',
  },
  limitReached: {
    number: 10011,
    retryable: true,
    solution:
      'See that what consumes the topic runs and can write to the store: messages that were read make room. Or raise HEADWATER_BUS_LIMIT_MIB.',
  },
  unreachable: {
    number: 10012,
    retryable: true,
    solution:
      'See that the Kafka brokers run and that HEADWATER_KAFKA_BROKERS names them: it is tried again until they answer.',
  },
  loginRefused: {
    number: 10013,
    solution:
      'Correct the HEADWATER_KAFKA_SASL_* or HEADWATER_KAFKA_TLS_* variables: the broker refuses them.',
  },
  notAllowed: {
    number: 10014,
    retryable: true,
    solution:
      'Give the user of the service the right to the topic or group that the message names: the broker refuses the call.',
  },
  unknownTopic: {
    number: 10015,
    retryable: true,
    solution:
      'Make the topic as deploy/topics.yaml says, or let a service make it by HEADWATER_KAFKA_TOPICS=manage.',
  },
  tooLargeForTopic: {
    number: 10016,
    solution: 'Raise max.message.bytes of the topic to what deploy/topics.yaml says.',
  },
  brokerRefuses: {
    number: 10017,
    solution:
      'Look up what the broker says in the message: its settings or its version do not allow the call.',
  },
  topicUnfit: {
    number: 10018,
    solution:
      'Change the topics by the commands that the message gives, or see docs/kafka.md for why they must be so.',
  },
  messagesGone: {
    number: 10019,
    retryable: true,
    solution:
      'Raise retention.ms or retention.bytes of the topic: messages went before they were consumed. What is missing in a backup is recorded as a gap.',
  },
  unequalPartitions: {
    number: 10020,
    solution:
      'Give the topics that the message names the same number of partitions, as deploy/topics.yaml says.',
  },
  certificateUnreadable: {
    number: 10021,
    solution:
      'Make the file that HEADWATER_KAFKA_CA_FILE, HEADWATER_KAFKA_CERTIFICATE_FILE or HEADWATER_KAFKA_KEY_FILE names readable for the user that runs the service.',
  },
  invalidGroup: { number: 90001, solution: 'Report this: a consumer named an unusable group or topic list.' },
  invalidMessage: { number: 90002, solution: 'Report this: a message has an unusable key or header.' },
  valueTooLarge: { number: 90003, solution: 'Report this: a message is larger than the bus carries.' },
  invalidCommit: { number: 90004, solution: 'Report this: a consumer committed what it never was given.' },
  untrackedOffset: { number: 90005, solution: 'Report this: offsets were tracked or settled out of turn.' },
  settingMissing: {
    number: 90007,
    solution: 'Report this: a bus was opened without a setting that it cannot do without.',
  },
  unexpected: { number: 90006, solution: 'Report this with the log: the bus gave an unknown error.' },
});
