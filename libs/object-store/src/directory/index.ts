// object-store/directory: the store as a directory of files.
//
// - DirectoryStore: one file an object. Written aside, synced, then linked under its key: create-only, atomic, and
//   whole whenever the writer dies.
// - temporary files lie in `#temporary` below the root, a name that no key can have; the next open clears what dead
//   processes left there.
// - folders are made as needed, synced up to the root before an object counts as created, and never removed.
// - symbolic links below the root are not followed and not listed.
export { DirectoryStore } from './directory-store.js';
