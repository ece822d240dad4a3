// errors: the one error class and the catalogue of codes.
//
// - HeadwaterError: what every part of Headwater throws. It carries a code, whether a retry can help, and one
//   sentence that tells the operator what to do.
// - defineErrors: an area (STORE, INGEST, …) defines its errors in one place and gets a factory for each,
//   which has the code of what it makes.
// - isOneOf, isRetryable: how a thrown value is recognised, by the factories it may come from or by its promise.
// - isFileSystemError: how a failure of the file system is recognised by its code.
// - errorCatalogue: everything that was defined, the source of docs/errors.md.
export { HeadwaterError, isHeadwaterError, isRetryable, messageOf } from './headwater-error.js';
export { defineErrors, errorCatalogue, isOneOf } from './catalogue.js';
export type { CatalogueEntry, ErrorExtra, ErrorFactory, ErrorSpec } from './catalogue.js';
export { isFileSystemError } from './file-system-error.js';
