import type { ServiceName } from '../../catalogue/message-contract.js';
import { alertingRoutes } from './alerting-routes.js';
import { coordinatorRoutes } from './coordinator-routes.js';
import { operationsRoutes } from './operations-routes.js';
import { restoreRoutes } from './restore-routes.js';
import type { RouteContract } from './route-contract.js';

/** What a service serves over HTTP. */
export interface ServiceApi {
  readonly title: string;
  readonly says: string;
  readonly routes: readonly RouteContract[];
}

/** Every service, by its name. */
export const serviceApis: Readonly<Record<ServiceName, ServiceApi>> = {
  agent: apiOf('agent', 'Tails replica sets, and copies them once.', []),
  ingest: apiOf('ingest', 'Checks continuity, and archives.', []),
  'snapshot-builder': apiOf('snapshot-builder', 'Keeps the maintained copies, and seals snapshots.', []),
  'shard-coordinator': apiOf('shard-coordinator', 'Knows what each deployment is.', coordinatorRoutes),
  restore: apiOf('restore', 'Tells what can be restored, and restores it.', restoreRoutes),
  alerting: apiOf('alerting', 'Knows how each backup is.', alertingRoutes),
};

function apiOf(name: ServiceName, says: string, routes: readonly RouteContract[]): ServiceApi {
  return { title: `Headwater ${name}`, says, routes: [...routes, ...operationsRoutes] };
}
