import type { Clock } from '@headwater/clock';
import { FaultPlan } from '@headwater/faults';
import type { ServiceConfig, ServiceKit } from '../service/service-options.js';
import type { FaultRates } from './fault-rates.js';

/** What `openStore` and `openBus` need beside a config. */
export interface PortSurroundings {
  readonly clock: Clock;
  /** Who opens them: its name at the brokers of a bus. */
  readonly service: string;
  /** What goes wrong in a rehearsal; null outside of one. */
  readonly storeFaults: FaultPlan | null;
  /** 〃 */
  readonly busFaults: FaultPlan | null;
  readonly stopping: AbortSignal;
  readonly onBusAwaited: (error: unknown) => void;
  readonly onStoreRetry: (retry: Retry) => void;
  readonly onUpkeepFailure: (error: unknown) => void;
}

interface Retry {
  readonly operation: string;
  readonly subject: string;
  readonly retry: number;
  readonly pauseMillis: number;
  readonly error: unknown;
}

interface RehearsalConfig extends ServiceConfig {
  readonly faults?: FaultRates | undefined;
}

/**
 * Once a service, in its composition root. Retries of the store are logged and counted. In a rehearsal
 * (`HEADWATER_FAULTS`) calls fail as the seed and the service's name say, and the log, `/readyz` and `/metrics` tell.
 */
export function portSurroundings(kit: ServiceKit<RehearsalConfig>, clock: Clock): PortSurroundings {
  const { logger, metrics, stopping } = kit;
  const retries = metrics.counter({
    name: 'headwater_store_retries_total',
    help: 'Calls of the store that were tried again.',
    labels: ['operation'],
  });
  const onStoreRetry = ({ operation, subject, retry, pauseMillis, error }: Retry): void => {
    retries.inc({ operation });
    logger.warn(
      { logId: 'store.retried', operation, key: subject, retry, pauseMillis, err: error },
      'the store failed: trying again',
    );
  };
  const onBusAwaited = (err: unknown): void => {
    logger.warn({ logId: 'bus.awaited', err }, 'the bus cannot be opened yet: trying again');
  };
  const onUpkeepFailure = (err: unknown): void => {
    logger.warn({ logId: 'bus.upkeep-failed', err }, 'the bus file could not be kept small: trying again');
  };
  return {
    ...{ clock, service: kit.name, stopping, onBusAwaited, onStoreRetry, onUpkeepFailure },
    ...faultsOf(kit),
  };
}

function faultsOf(kit: ServiceKit<RehearsalConfig>): Pick<PortSurroundings, 'storeFaults' | 'busFaults'> {
  const { name, config, logger, metrics, readiness } = kit;
  const { faults } = config;
  if (faults === undefined) return { storeFaults: null, busFaults: null };
  const happened = metrics.counter({
    name: 'headwater_faults_total',
    help: 'Faults of a rehearsal that happened to calls of a port.',
    labels: ['port', 'operation', 'kind'],
  });
  const planOf = (port: 'store' | 'bus', rate: number): FaultPlan =>
    new FaultPlan({
      seed: `${faults.seed}/${name}/${port}`,
      rates: { '*': rate },
      onFault: ({ operation, subject, kind }) => {
        happened.inc({ port, operation, kind });
        logger.debug({ logId: 'fault.happened', port, operation, subject, kind }, 'a planned fault happens');
      },
    });
  const said = `REHEARSAL: by HEADWATER_FAULTS calls of the store (${faults.store}) and the bus (${faults.bus}) fail on purpose`;
  logger.warn({ logId: 'faults.planned', ...faults }, said);
  readiness.note('faults', said);
  return { storeFaults: planOf('store', faults.store), busFaults: planOf('bus', faults.bus) };
}
