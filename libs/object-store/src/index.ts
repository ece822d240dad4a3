// object-store: where backups lie. This entry is the port; adapters are second entries.
//
// - ObjectStore: immutable objects under keys. Create-only writes that are durable when they resolve, exact ranged
//   reads, listing in the order of the keys, idempotent removal.
// - key: 1–512 bytes, segments of [A-Za-z0-9._%=@+~-] joined by '/'. All of it is ASCII, so the order of strings is the
//   order of their UTF-8 bytes.
// - prefix: how a key begins; it may end inside a segment.
// - StoreTraits: what a store was found to be at its opening.
// - storeErrors: what every adapter throws.
//
// `@headwater/object-store/directory` keeps objects as files, `@headwater/object-store/s3` in a bucket; `@headwater/object-store/conformance` is the suite that
// every adapter runs.
export type { ListOptions, ObjectInfo, ObjectStore } from './object-store.js';
export { assertKey, assertPrefix, compareKeys, isKeySegment } from './object-key.js';
export type { StoreTraits } from './store-traits.js';
export { storeErrors } from './store-errors.js';
