import { UUID } from 'bson';
import type { CommandDocument } from '../connection/command-runner.js';
import type { DirectConnection } from '../connection/direct-connection.js';
import { serverCodeOf } from '../connection/driver-failure.js';
import { mongodbErrors } from '../mongodb-errors.js';

const unauthorized = 13;

const find = (collection: string | UUID): CommandDocument => ({
  find: collection,
  limit: 1,
  maxTimeMS: 10_000,
});

/**
 * What a backup does, each with a harmless command; the server checks privileges before anything else. The system
 * collections are those that no built-in role may read.
 */
const deeds: readonly { readonly what: string; readonly db: string; readonly command: CommandDocument }[] = [
  { what: 'read the oplog (local.oplog.rs)', db: 'local', command: find('oplog.rs') },
  { what: 'read admin.system.keys', db: 'admin', command: find('system.keys') },
  { what: 'read admin.system.users', db: 'admin', command: find('system.users') },
  { what: 'read admin.system.views', db: 'admin', command: find('system.views') },
  { what: 'read config.system.preimages', db: 'config', command: find('system.preimages') },
  { what: 'read config.system.indexBuilds', db: 'config', command: find('system.indexBuilds') },
  {
    what: 'read a collection by its UUID',
    db: 'admin',
    command: find(new UUID('00000000-0000-4000-8000-000000000000')),
  },
  {
    what: 'list the catalogue ($listCatalog)',
    db: 'admin',
    command: { aggregate: 1, pipeline: [{ $listCatalog: {} }, { $limit: 1 }], cursor: {}, maxTimeMS: 10_000 },
  },
];

/**
 * Finds out at the begin what would else fail in the middle of an initial sync.
 *
 * @throws mongodbErrors.notAuthorized, with everything that the user may not do
 */
export async function checkPrivileges(connection: DirectConnection): Promise<void> {
  const forbidden = await Promise.all(
    deeds.map(async ({ what, db, command }) => ((await isForbidden(connection, db, command)) ? [what] : [])),
  );
  if (forbidden.flat().length > 0) {
    throw mongodbErrors.notAuthorized(`the user may not: ${forbidden.flat().join(', ')}`);
  }
}

async function isForbidden(
  connection: DirectConnection,
  db: string,
  command: CommandDocument,
): Promise<boolean> {
  try {
    await connection.command(db, command);
    return false;
  } catch (error) {
    const code = serverCodeOf(error);
    if (code === null) {
      throw error;
    }
    // A server that answers with another error has checked the privileges: the UUID is unknown, or the stage is.
    return code === unauthorized;
  }
}
