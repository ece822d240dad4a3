// object-store/s3: objects in a bucket of S3 or of what speaks like it. The only importer of the client of MinIO.
//
// - S3Store: the adapter. Its opening tries that the store keeps create-only, and refuses one that does not.
// - S3Settings, S3Deadlines: which bucket, and how long to wait for it.
//
// It never tries again by itself: that is the retrying store's. Every operation ends by its deadline.
export { S3Store } from './s3-store.js';
export type { S3Opening } from './s3-store.js';
export type { S3Deadlines, S3Settings } from './s3-settings.js';
