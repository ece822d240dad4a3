import { agentKey, agentState, captureKey, captureState, decodeJsonEvent } from '@headwater/contracts';
import type { JsonEvent } from '@headwater/contracts';
import type { IncomingMessage, MessageBus, Subscription } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';
import type { Change } from '../change.js';

export interface BindingOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly deployment: string;
  readonly replicaSet: string;
  readonly replicaSetId: string;
  readonly logger: Logger;
  /** Told when what is known has changed. */
  readonly change: Change;
}

/**
 * Whose the deployment's id is. Two replica sets of one name, each with an agent that was told no id, come to the same
 * one; only one of them can be protected under it.
 */
export class DeploymentBinding {
  private archivedId: string | null = null;
  private announcedId: string | null = null;
  private readonly subscriptions: Subscription[] = [];

  constructor(private readonly options: BindingOptions) {}

  /** The other replica set whose archive has the id, by ingest's word: it is what counts. */
  get archivedOther(): string | null {
    return this.otherOf(this.archivedId);
  }

  /**
   * The other replica set whose agent says that it protects it. That is worth something only while the agent lives, and
   * nothing where ingest has bound the id.
   */
  get announcedOther(): string | null {
    return this.archivedId === null ? this.otherOf(this.announcedId) : null;
  }

  /** Resolves when what the bus has now is known. */
  async start(): Promise<void> {
    const { deployment, replicaSet } = this.options;
    await this.watch(captureKey(deployment, replicaSet), captureState, (id) => {
      this.archivedId = id;
    });
    await this.watch(agentKey(deployment, replicaSet), agentState, (id) => {
      this.announcedId = id;
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.subscriptions.splice(0).map((subscription) => subscription.stop()));
  }

  private otherOf(id: string | null): string | null {
    return id === this.options.replicaSetId ? null : id;
  }

  private async watch(
    key: string,
    event: JsonEvent<{ readonly replicaSetId: string }>,
    note: (id: string | null) => void,
  ): Promise<void> {
    let known: string | null = null;
    const { bus, stateTopic, deployment, replicaSet, logger, change } = this.options;
    const onValue = (message: IncomingMessage) => {
      const decoded = decodeJsonEvent(event, message);
      if (message.key !== key || (!decoded.ok && message.value !== null)) {
        return;
      }
      const id = decoded.ok ? decoded.value.replicaSetId : null;
      if (id !== known) {
        known = id;
        note(id);
        change.announce();
      }
    };
    const onError = (error: unknown) => {
      logger.error(
        { logId: 'binding.watch', deployment, replicaSet, err: error },
        'whose the deployment is cannot be read from the bus: trying again',
      );
    };
    this.subscriptions.push(await bus.watch({ topic: stateTopic, keyPrefix: key, onValue, onError }));
  }
}
