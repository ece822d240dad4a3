import type { Clock } from '@headwater/clock';
import { variableOf, withMongod, type Mongod, type MongodBinary, type MongodMode } from '@headwater/mongod';
import { recoveryErrors } from '../recovery-errors.js';

export interface MongodSupply {
  /** A mongod of that series; how it is found is the caller's. */
  readonly mongods: (series: string) => Promise<MongodBinary>;
  readonly clock: Clock;
  /** WiredTiger's cache in MiB while a mongod of ours runs. */
  readonly cacheMiB?: number;
}

export interface SessionRequest {
  readonly directory: string;
  /** Major and minor of the deployment. */
  readonly series: string;
  readonly mode: MongodMode;
  readonly signal?: AbortSignal | undefined;
}

/** Runs mongods of the right version on data directories, one session at a time each. */
export class MongodSessions {
  constructor(private readonly supply: MongodSupply) {}

  /**
   * Starts, works, stops cleanly: then the files are final.
   *
   * @throws recoveryErrors.wrongSeries, mongodErrors, and what `work` throws.
   */
  async run<T>(request: SessionRequest, work: (mongod: Mongod) => Promise<T>): Promise<T> {
    const { directory, series, mode, signal } = request;
    const { clock, cacheMiB } = this.supply;
    const binary = await this.binaryOf(series);
    return withMongod(
      {
        ...{ binary, directory, mode, clock },
        ...(cacheMiB === undefined ? {} : { cacheMiB }),
        ...(signal === undefined ? {} : { signal }),
      },
      work,
    );
  }

  /** @throws recoveryErrors.wrongSeries: another version would change the files for good, or read the oplog wrongly. */
  async binaryOf(series: string): Promise<MongodBinary> {
    const binary = await this.supply.mongods(series);
    if (binary.series === series) return binary;
    throw recoveryErrors.wrongSeries(
      `The data is of MongoDB ${series}; ${binary.path} is ${binary.version}. ${variableOf(series)} names the mongod for it.`,
    );
  }
}
