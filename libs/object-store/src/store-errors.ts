import { defineErrors } from '@headwater/errors';

export const storeErrors = defineErrors('STORE', {
  objectMissing: {
    number: 10001,
    solution: 'Check that the store is the right one and that nothing but Headwater removes objects from it.',
  },
  rangeOutside: {
    number: 10002,
    solution:
      'The object is shorter than the repository says: treat it as damaged and restore from another snapshot.',
  },
  unavailable: {
    number: 10003,
    retryable: true,
    solution:
      'Check that the store is reachable, has free space and grants its user reading and writing; the work goes on by itself.',
  },
  notUsable: {
    number: 10004,
    solution:
      'Name a directory on a file system with hard links that this user may write to, or give this user the right to.',
  },
  keyConflict: {
    number: 10005,
    solution:
      'Remove from the store what Headwater did not put there: a file or link stands where a folder of the repository belongs.',
  },
  accessRefused: {
    number: 10006,
    solution:
      'Check HEADWATER_S3_ACCESS_KEY and HEADWATER_S3_SECRET_KEY, and that the policy of this user grants what docs/object-stores.md lists for the service.',
  },
  bucketMissing: {
    number: 10007,
    solution:
      'Make the bucket, name the right one by HEADWATER_S3_BUCKET, or let Headwater make it with HEADWATER_S3_MAKE_BUCKET=true.',
  },
  clockSkewed: {
    number: 10008,
    solution:
      'Set the clocks of this host and of the store by NTP: they are too far apart for signed requests.',
  },
  endpointRefused: {
    number: 10009,
    solution:
      'Check HEADWATER_S3_ENDPOINT, HEADWATER_S3_REGION and HEADWATER_S3_PATH_STYLE; with TLS, that HEADWATER_S3_CA_FILE holds the authority of the certificate and that it is issued for this host name.',
  },
  unsuited: {
    number: 10010,
    solution:
      'Use a store that keeps create-only writes (If-None-Match) and lists keys in the order of their bytes; docs/object-stores.md names some.',
  },
  invalidKey: {
    number: 90001,
    solution: 'Report this with the log around it: a key outside the alphabet of the store was used.',
  },
});
