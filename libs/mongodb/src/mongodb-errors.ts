import { defineErrors } from '@headwater/errors';

/** Everything that talking to a MongoDB server can end in. Retryable ones: open again, possibly at another member. */
export const mongodbErrors = defineErrors('MONGODB', {
  invalidUri: {
    number: 10001,
    solution: 'Correct the connection string: mongodb://user:password@host:port,…/?replicaSet=name.',
  },
  noReachableMember: {
    number: 10002,
    retryable: true,
    solution:
      'Check that the members run, that their addresses resolve and are open from this host, and the TLS options.',
  },
  notReplicaSet: {
    number: 10003,
    solution:
      'Start mongod with --replSet and run rs.initiate() once: a standalone server has no oplog to back up.',
  },
  shardedCluster: {
    number: 10004,
    solution:
      'Name the members of one replica set instead of a mongos: sharded clusters are not supported yet.',
  },
  arbiter: {
    number: 10005,
    solution: 'Name a data-bearing member: an arbiter holds no data.',
  },
  authenticationFailed: {
    number: 10006,
    solution: 'Check user, password, authSource and authMechanism of the connection string.',
  },
  notAuthorized: {
    number: 10007,
    solution:
      'Give the user a role of the roles `backup` and `clusterMonitor` that may also `find` in every system collection: db.getSiblingDB("admin").createRole({role: "headwater", privileges: [{resource: {anyResource: true}, actions: ["find"]}], roles: ["backup", "clusterMonitor"]}).',
  },
  unreachable: {
    number: 10008,
    retryable: true,
    solution:
      'Check the network to the member and its load; Headwater goes on by itself when it answers again.',
  },
  interrupted: {
    number: 10009,
    retryable: true,
    solution:
      'Nothing to do: the server ended the operation (election, shutdown, time limit) and it will be tried again.',
  },
  commandFailed: {
    number: 10010,
    solution: 'Read the server error in the message; the server log has more.',
  },
  writeRefused: {
    number: 10011,
    solution: 'Read the server error code in the message; the server log has more.',
  },
  tailInterrupted: {
    number: 10012,
    retryable: true,
    solution: 'Nothing to do: the tail is opened again where it ended.',
  },
  fcvTooOld: {
    number: 10013,
    solution:
      'Raise the feature compatibility version to 6.0 or later (setFeatureCompatibilityVersion): initial sync needs it.',
  },
  syncOverrun: {
    number: 10014,
    retryable: true,
    solution: 'Nothing to do: what was copied is given up and a new initial sync begins.',
  },
  indexBuildsUnfinished: {
    number: 10015,
    retryable: true,
    solution: 'Let the index builds finish; the initial sync is tried again.',
  },
  oplogTooShort: {
    number: 10016,
    retryable: true,
    solution: 'Enlarge the oplog (replSetResizeOplog) or end the transaction that has been open for so long.',
  },
  majorityLost: {
    number: 10017,
    retryable: true,
    solution: 'Check that a majority of the members is up: only majority-committed data is backed up.',
  },
  misused: {
    number: 90001,
    solution: 'Report this: a part of Headwater was called out of order.',
  },
});
