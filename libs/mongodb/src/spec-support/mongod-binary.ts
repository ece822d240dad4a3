/** The mongod that specs run. */
export function mongodBinary(): Promise<string> {
  return Promise.resolve(process.env['HEADWATER_MONGOD'] ?? '/tmp/mg/x/fiftyone/db/bin/mongod');
}
