import type { DataDirectory } from '../data-directory/data-directory.js';
import type { Run } from '../run.js';
import type { Source } from '../source/source.js';
import { serviceEnvironment } from './service-environment.js';
import { serviceFacts, serviceNames, type ServiceName } from './service-names.js';
import { Services } from './services.js';

/** Starts the services and waits until each is ready. One that dies later ends the run. */
export async function startServices(run: Run, directory: DataDirectory, source: Source): Promise<Services> {
  const { environment: inherited, programs, report, clock, closings, stop, options } = run;
  const step = report.begin('services', 'Headwater: four services, each a process of its own');
  const { busFile, store, heads, logs } = directory;
  const { uri, binary } = source;
  const services = new Services({
    programs,
    environment: serviceEnvironment({ inherited, uri, binary, busFile, store, heads, once: options.once }),
    wantedPorts: wantedPorts(inherited),
    logs,
    clock,
    onPortTaken: (service, wanted, port) => {
      step.note(`port ${wanted} is taken: ${service} listens on ${port}`, { service, wanted, port });
    },
    onDeath: (error) => {
      stop.abort(error);
    },
  });
  closings.add('services', () => services.stop());
  await services.start(stop.signal);
  for (const name of serviceNames) {
    const url = services.urlOf(name);
    const pid = services.pidOf(name);
    step.note(`${name.padEnd(17)}${url}  ${serviceFacts[name].does}`, { service: name, url, pid });
  }
  step.done(`ready; their logs are in ${logs}`, { logs });
  return services;
}

function wantedPorts(environment: NodeJS.ProcessEnv): Record<ServiceName, number> {
  const wanted = serviceNames.map((name) => {
    const { portVariable, defaultPort } = serviceFacts[name];
    return [name, Number(environment[portVariable] || defaultPort)];
  });
  return Object.fromEntries(wanted) as Record<ServiceName, number>;
}
