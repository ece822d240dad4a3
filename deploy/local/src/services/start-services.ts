import type { DataDirectory } from '../data-directory/data-directory.js';
import type { Run } from '../run.js';
import { serviceEventFields, serviceEventText, type ServiceEvent } from './service-event.js';
import { serviceFacts, serviceNames, type ServiceName } from './service-names.js';
import { Services } from './services.js';

/**
 * Starts the services and waits until each is ready. From then on they are kept running.
 *
 * @param environment of each of them, but for its port
 */
export async function startServices(
  run: Run,
  directory: DataDirectory,
  environment: NodeJS.ProcessEnv,
): Promise<Services> {
  const { programs, report, clock, closings, stop } = run;
  const step = report.begin(
    'services',
    `Headwater: ${serviceNames.length} services, each a process of its own`,
  );
  const { logs } = directory;
  const services = new Services({
    programs,
    environment,
    wantedPorts: wantedPorts(environment),
    logs,
    clock,
    onEvent: (event) => {
      tell(run, event);
    },
    onPids: (pids) => {
      directory.noteProcesses(pids);
    },
  });
  closings.add('services', () => services.stop(), {
    kill: () => {
      services.kill();
    },
  });
  await services.start(stop.signal);
  for (const name of serviceNames) {
    const url = services.urlOf(name);
    const pid = services.pidOf(name);
    step.note(`${name.padEnd(19)}${url}  ${serviceFacts[name].does}`, { service: name, url, pid });
  }
  step.done(`ready; their logs are in ${logs}`, { logs });
  return services;
}

function tell({ report }: Run, event: ServiceEvent): void {
  const text = serviceEventText(event);
  const fields = serviceEventFields(event);
  if (event.kind === 'ended' || event.kind === 'not-ready') report.warn(text, fields);
  else report.say(text, fields);
}

function wantedPorts(environment: NodeJS.ProcessEnv): Record<ServiceName, number> {
  const wanted = serviceNames.map((name) => {
    const { portVariable, defaultPort } = serviceFacts[name];
    return [name, Number(environment[portVariable] || defaultPort)];
  });
  return Object.fromEntries(wanted) as Record<ServiceName, number>;
}
