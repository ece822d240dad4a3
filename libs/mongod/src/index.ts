// mongod: finds a mongod and runs it on data directories of our own. mongodb-facts has the proofs.
//
// - MongodBinary: a mongod that runs here, with its version. `findMongod` looks for one of a series (`6.0`), and
//   downloads one where none is there; `mongodsOf` is the same from a service's settings.
// - Mongod: one standalone process on one data directory, behind a private Unix socket. Its mode says what it is
//   for: append, recover or inspect. `withMongod` starts one, uses it and stops it cleanly.
// - the oplog of a directory: `appendEntries`, `trimOplog`, `oplogTop`; Minvalid, where startup recovery stands.
// - seeding: collections with the UUIDs of the source, and their documents byte for byte.
// - Catalogue: collections and indexes of a server at one point in time. `reconcile` makes a head equal to one.
export { lookedForMongod, mongodsOf } from './binary/configured.js';
export type { MongodSearchLog, MongodSettings } from './binary/configured.js';
export { findMongod, variableOf } from './binary/search.js';
export type { MongodSearch, NamedMongods } from './binary/search.js';
export { acceptsParameter, probeBinary, seriesOf } from './binary/mongod-binary.js';
export type { MongodBinary } from './binary/mongod-binary.js';
export { Mongod } from './process/mongod.js';
export type { MongodOptions } from './process/mongod.js';
export type { MongodMode } from './process/arguments.js';
export { withMongod } from './process/session.js';
export type { SessionOptions } from './process/session.js';
export { logFileOf } from './process/log.js';
export { endPredecessor } from './process/predecessor.js';
export { appendEntries } from './oplog/append.js';
export type { AppendOutcome } from './oplog/append.js';
export { applyByHand, isTooLarge } from './oplog/large-entry.js';
export { trimOplog } from './oplog/trim.js';
export { oldestOpenTransaction, oplogTop, readMinvalid, setMinvalid } from './oplog/recovery-state.js';
export type { Minvalid } from './oplog/recovery-state.js';
export {
  createCollectionWithUuid,
  createSeedCollections,
  isSystemVersion,
  replaceSystemVersion,
} from './seeding/collections.js';
export type { SeedCollection } from './seeding/collections.js';
export { insertSeedDocuments, keepsEmptyTimestamps, removeSeedDocuments } from './seeding/documents.js';
export type { SeedOutcome, SeedTarget } from './seeding/documents.js';
export { catalogueOf, readCatalogue } from './catalogue/catalogue.js';
export type { Catalogue, CatalogueEntry } from './catalogue/catalogue.js';
export { reconcile } from './catalogue/reconcile.js';
export type { Reconciliation } from './catalogue/reconcile.js';
export { listContents } from './catalogue/contents.js';
export type { ContentsEntry } from './catalogue/contents.js';
export { orderedDocument } from './ordered-document.js';
export type { OrderedDocument } from './ordered-document.js';
export { mongodErrors } from './errors.js';
