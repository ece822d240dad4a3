// errors: the one error class and the catalogue of codes.
//
// - HeadwaterError: what every part of Headwater throws. It carries a code, whether a retry can help, and one
//   sentence that tells the operator what to do.
// - defineErrors: an area (STORE, INGEST, …) defines its errors in one place and gets a factory for each.
// - errorCatalogue: everything that was defined, the source of docs/errors.md.
export { HeadwaterError, isHeadwaterError, messageOf } from './headwater-error.js';
export { defineErrors, errorCatalogue } from './catalogue.js';
export type { CatalogueEntry, ErrorExtra, ErrorFactory, ErrorSpec } from './catalogue.js';
