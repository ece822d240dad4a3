import type { Clock } from '@headwater/clock';
import { captureDisturbed } from '@headwater/contracts';
import type { Logger, Publisher } from '@headwater/service-kit';
import { agentErrors, reasonOf } from '../agent-errors.js';
import { produceUntilAccepted } from '../publishing/production.js';

export interface RefusalOptions {
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Refused {
  readonly deployment: string;
  readonly replicaSet: string;
  readonly replicaSetId: string;
}

/** That a replica set is not protected, since the deployment's id is another one's: told once for each other one. */
export class Refusal {
  private other: string | null = null;
  private because: string | null = null;

  constructor(private readonly options: RefusalOptions) {}

  /** Null: nothing speaks against the replica set. */
  get reason(): string | null {
    return this.because;
  }

  /** @param other the id of the replica set that the deployment belongs to; null: it is free, or ours */
  async note(refused: Refused, other: string | null, signal: AbortSignal): Promise<void> {
    if (other === this.other) {
      return;
    }
    this.other = other;
    this.because = null;
    if (other !== null) {
      await this.tell(refused, other, signal);
    }
  }

  private async tell(
    { deployment, replicaSet, replicaSetId }: Refused,
    other: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { logger, publisher } = this.options;
    const error = agentErrors.deploymentTaken(
      `deployment ${deployment} is that of another replica set, with the id ${other}; this one has the id ${replicaSetId}`,
    );
    const reason = reasonOf(error);
    this.because = reason;
    logger.error({ logId: 'deployment.taken', deployment, replicaSet, err: error }, error.message);
    // The id that ingest gives to the same fact.
    const fact = { deployment, id: `${replicaSetId}/refused/${other}` };
    const data = { deployment, replicaSet, action: 'refused', reason } as const;
    await produceUntilAccepted(() => publisher.event(captureDisturbed, fact, data), this.options, signal);
  }
}
