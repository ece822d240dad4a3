import { join } from 'node:path';
import { workspace, type ServiceName } from './workspace.js';

interface ConfigModule {
  readonly readConfig: (environment: NodeJS.ProcessEnv) => object;
}

type Settings = Readonly<Record<string, unknown>>;

/** A service's own reading of an environment. @throws HeadwaterError that names what is wrong with it */
export async function settingsOf(service: ServiceName, environment: NodeJS.ProcessEnv): Promise<Settings> {
  const { readConfig } = await configOf(service);
  return { ...readConfig(environment) };
}

/** The variables that a service reads, in its `_FILE` forms too, as it does it itself. */
export async function variablesReadBy(service: ServiceName): Promise<ReadonlySet<string>> {
  const { readConfig } = await configOf(service);
  const read = new Set<string>();
  const environment = new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get: (_target, name) => {
        if (typeof name === 'string' && name.startsWith('HEADWATER_')) read.add(name);
        return undefined;
      },
    },
  );
  try {
    readConfig(environment);
  } catch {
    // What has no default is missing, of course: here it counts that it was asked for.
  }
  return read;
}

/** By path: services are no libraries, and nothing but a spec of what runs them looks into them. */
async function configOf(service: ServiceName): Promise<ConfigModule> {
  return (await import(join(workspace, 'services', service, 'src/config'))) as ConfigModule;
}
