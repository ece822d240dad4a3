import type { Clock } from '@headwater/clock';
import type { Topics } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import type { ReplicaSetSource } from '@headwater/mongodb';
import type { Logger, Publisher } from '@headwater/service-kit';
import { AgentJournal } from './announcing/agent-journal.js';
import type { AgentMetrics } from './announcing/agent-metrics.js';
import type { QueueLimits } from './batching/entry-queue.js';
import { CaptureOrders } from './orders/capture-orders.js';
import { OrderFollower } from './orders/order-follower.js';
import { BatchPublisher } from './publishing/batch-publisher.js';
import type { Activity, ProtectedReplicaSet } from './replica-set-agent.js';
import { TailReader } from './tailing/tail-reader.js';
import { Tailing } from './tailing/tailing.js';

export interface ProtectionOptions {
  readonly agentId: string;
  readonly bus: MessageBus;
  readonly topics: Topics;
  readonly publisher: Publisher;
  /** `/headwater/agent/<id>` */
  readonly source: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AgentMetrics;
  readonly limits: QueueLimits;
  readonly partBytes: number;
  readonly windowBytes: number;
  readonly openSource: (avoid?: readonly string[]) => Promise<ReplicaSetSource>;
}

const noteEveryMillis = 1000;

/** The work of the active agent: announces itself and follows orders until it is stopped. */
export async function protect(
  options: ProtectionOptions,
  { deployment, identity }: ProtectedReplicaSet,
): Promise<Activity> {
  const { bus, topics, publisher, clock, logger, metrics, limits, source, openSource } = options;
  const { replicaSet, replicaSetId, member, serverVersion, fcv } = identity;
  const journal = await AgentJournal.takeOver(
    { bus, stateTopic: topics.state, publisher, clock, logger },
    {
      agentId: options.agentId,
      deployment,
      replicaSet,
      replicaSetId,
      member,
      serverVersion,
      fcv,
      sourceNewest: null,
    },
  );
  const orders = new CaptureOrders({
    bus,
    stateTopic: topics.state,
    deployment,
    replicaSet,
    replicaSetId,
    logger,
  });
  await orders.start();

  const topic = topics.oplogBatches;
  const tailing = new Tailing({
    reader: new TailReader({ bus, topic, source, clock, logger }),
    publisher: new BatchPublisher({ bus, topic, source, clock, logger, journal, metrics }),
    journal,
    limits,
    clock,
    logger,
    openSource,
  });
  const { partBytes, windowBytes } = options;
  const follower = new OrderFollower({
    orders,
    journal,
    tailing,
    sync: { clock, logger, journal, orders, metrics, partBytes, windowBytes },
    announcer: { bus, topics, source, clock },
    clock,
    logger,
    openSource,
  });
  return runUntilStopped(
    async (signal) => {
      await Promise.all([follower.run(signal), keepNoting(journal, clock, signal)]);
    },
    () => orders.stop(),
  );
}

/** What was noted reaches the bus within about a second, however quiet it is. */
async function keepNoting(journal: AgentJournal, clock: Clock, signal: AbortSignal): Promise<never> {
  for (;;) {
    await clock.sleep(noteEveryMillis, signal);
    await journal.flushNotes();
  }
}

function runUntilStopped(work: (signal: AbortSignal) => Promise<void>, close: () => Promise<void>): Activity {
  const stopping = new AbortController();
  const running = work(stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted) {
      throw error;
    }
  });
  return {
    stop: async () => {
      stopping.abort(new Error('the agent is no longer active'));
      await running;
      await close();
    },
  };
}
