import type { DataDirectory } from '../data-directory/data-directory.js';
import { noteKinds } from '../data-directory/kinds.js';
import type { Run } from '../run.js';
import { provideKafka } from './kafka.js';
import { provideMinio } from './minio.js';

/** The variables that lead every service to its bus and to its store: those of this run, however they are kept. */
export async function provideServers(run: Run, directory: DataDirectory): Promise<NodeJS.ProcessEnv> {
  const { bus, store } = run.options;
  await noteKinds(directory, { bus, store });
  return {
    ...(bus === 'kafka'
      ? await provideKafka(run, directory)
      : { HEADWATER_BUS: 'embedded', HEADWATER_BUS_FILE: directory.busFile }),
    ...(store === 'minio'
      ? await provideMinio(run, directory)
      : { HEADWATER_STORE: 'directory', HEADWATER_STORE_DIRECTORY: directory.store }),
  };
}
