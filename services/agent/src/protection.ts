import type { Clock } from '@headwater/clock';
import type { Topics } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import type { Logger, Publisher } from '@headwater/service-kit';
import { AgentJournal } from './announcing/agent-journal.js';
import type { AgentMetrics } from './announcing/agent-metrics.js';
import type { QueueLimits } from './batching/entry-queue.js';
import { CaptureOrders } from './orders/capture-orders.js';
import { OrderFollower } from './orders/order-follower.js';
import { BatchPublisher } from './publishing/batch-publisher.js';
import type { Activity, ProtectedReplicaSet } from './replica-set-agent.js';
import { onlyOf } from './source/source-opening.js';
import type { OpenSource } from './source/source-opening.js';
import type { SourceTrouble } from './source/source-trouble.js';
import { ChainEnd } from './tailing/chain-end.js';
import type { TailLimits } from './tailing/tail-limits.js';
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
  readonly trouble: SourceTrouble;
  readonly queueLimits: QueueLimits;
  readonly tailLimits: TailLimits;
  readonly partBytes: number;
  readonly windowBytes: number;
  readonly openSource: OpenSource;
}

const beatEveryMillis = 1000;

/** The work of the active agent: announces itself and follows orders until it is stopped. */
export async function protect(
  options: ProtectionOptions,
  { deployment, identity }: ProtectedReplicaSet,
): Promise<Activity> {
  const { agentId, bus, topics, publisher, clock, logger, trouble } = options;
  const stateTopic = topics.state;
  const { replicaSet, replicaSetId, member, serverVersion, fcv, cluster } = identity;
  const journal = await AgentJournal.takeOver(
    { bus, stateTopic, publisher, clock, logger, trouble },
    { agentId, deployment, replicaSet, replicaSetId, member, serverVersion, fcv, cluster },
  );
  const orders = new CaptureOrders({ bus, stateTopic, deployment, replicaSet, replicaSetId, logger });
  await orders.start();
  const openSource = onlyOf(identity, options.openSource);
  const follower = followerOf({ ...options, openSource }, journal, orders);

  const stopping = new AbortController();
  const { signal } = stopping;
  // A failure that no waiting repairs is not caught: the process ends, and its successor begins anew.
  const running = Promise.all([follower.run(signal), keepBeating(journal, clock, signal)]).catch(
    (error: unknown) => {
      if (!signal.aborted) {
        throw error;
      }
    },
  );
  return {
    stop: async () => {
      stopping.abort(new Error('the agent is no longer active'));
      try {
        await running;
      } finally {
        await orders.stop();
        await journal.flushNotes();
      }
    },
  };
}

export function followerOf(
  options: ProtectionOptions,
  journal: AgentJournal,
  orders: CaptureOrders,
): OrderFollower {
  const { bus, topics, source, clock, logger, metrics, openSource, partBytes, windowBytes } = options;
  return new OrderFollower({
    orders,
    journal,
    tailing: tailingOf(options, journal),
    copy: {
      sync: { clock, logger, journal, orders, metrics, partBytes, windowBytes },
      announcer: { bus, topics, source, clock, logger },
      openSource,
    },
  });
}

export function tailingOf(options: ProtectionOptions, journal: AgentJournal): Tailing {
  const { bus, topics, source, clock, logger, metrics, openSource } = options;
  const { tailLimits: limits, queueLimits } = options;
  const topic = topics.oplogBatches;
  return new Tailing({
    reader: new TailReader({ clock, limits }),
    chainEnd: new ChainEnd({ bus, topic, source, clock, logger }),
    publisher: new BatchPublisher({ bus, topic, source, clock, logger, journal, metrics }),
    journal,
    metrics,
    limits,
    queueLimits,
    clock,
    logger,
    openSource,
  });
}

/** What was noted reaches the bus within about a second, however quiet it is; and that the agent lives, within five. */
async function keepBeating(journal: AgentJournal, clock: Clock, signal: AbortSignal): Promise<never> {
  for (;;) {
    await clock.sleep(beatEveryMillis, signal);
    await journal.beat();
  }
}
