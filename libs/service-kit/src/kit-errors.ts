import { defineErrors } from '@headwater/errors';

/** What can go wrong between a process and its operator, whatever the service. */
export const kitErrors = defineErrors('KIT', {
  badConfiguration: {
    number: 10001,
    solution: 'Correct the HEADWATER_* variables that the message names and start the service again.',
  },
  portTaken: {
    number: 10002,
    solution: 'Stop what listens there, or set the variable that the message names to a free port.',
  },
  cannotListen: {
    number: 10003,
    solution: 'Set the host and port variables that the message names to an address of this machine.',
  },
  stopFailed: {
    number: 10004,
    solution:
      'Nothing is lost: the next start takes up what was not finished. Look for the cause in the log.',
  },
  notServing: {
    number: 10005,
    retryable: true,
    solution: 'Try again in a moment.',
  },
  intakeStopped: {
    number: 10006,
    retryable: true,
    solution: 'Nothing to do: the message is delivered again to whoever takes over.',
  },
  handlerFailed: {
    number: 90001,
    solution:
      'Report this with the log line that carries it; the message stays on the bus and is tried again.',
  },
  unusableHandler: {
    number: 90002,
    solution: 'Report this: the service was put together wrongly.',
  },
  settingUnknown: {
    number: 90003,
    solution: 'Report this: a service reads a variable that the contracts do not list.',
  },
  metricName: {
    number: 90004,
    solution: 'Report this: a metric does not follow the naming rule.',
  },
});
