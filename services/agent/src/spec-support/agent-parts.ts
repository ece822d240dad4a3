import { systemClock } from '@headwater/clock';
import type { Clock } from '@headwater/clock';
import { topicsOf } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import type { SourceIdentity } from '@headwater/mongodb';
import { Metrics, Publisher } from '@headwater/service-kit';
import { AgentJournal } from '../announcing/agent-journal.js';
import { AgentMetrics } from '../announcing/agent-metrics.js';
import type { ProtectionOptions } from '../protection.js';
import { SourceTrouble } from '../source/source-trouble.js';
import type { OpenSource } from '../source/source-opening.js';
import { tailLimits } from '../tailing/tail-limits.js';
import { LogLines } from './log-lines.js';

export const topics = topicsOf();
export const replicaSetId = 'a'.repeat(24);

export const identity: SourceIdentity = {
  replicaSet: 'rs0',
  replicaSetId,
  member: 'h:1',
  serverVersion: '6.0.5',
  fcv: '6.0',
  cluster: null,
};

export interface Parts extends ProtectionOptions {
  readonly log: LogLines;
}

/** What `protect` is given, on that bus. */
export function partsOn(
  bus: MessageBus,
  openSource: OpenSource,
  { clock = systemClock, ...more }: { clock?: Clock } & Partial<ProtectionOptions> = {},
): Parts {
  const source = '/headwater/agent/spec';
  const log = new LogLines();
  return {
    agentId: 'spec',
    bus,
    topics,
    publisher: new Publisher({ bus, topics, clock, source }),
    source,
    clock,
    log,
    logger: log.logger,
    metrics: new AgentMetrics(new Metrics('agent')),
    trouble: new SourceTrouble(),
    queueLimits: { batchBytes: 900 * 1024, batchAgeMillis: 20, queueBytes: 16 * 1024 * 1024 },
    tailLimits,
    partBytes: 8 * 1024 * 1024,
    windowBytes: 128 * 1024 * 1024,
    openSource,
    ...more,
  };
}

/** A source that is never reached; its opening ends with its signal. */
export const unanswered: OpenSource = ({ signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('aborted'));
    });
  });

/** The journal of an agent that has just taken over. */
export function journalOf(parts: Parts, self = identity): Promise<AgentJournal> {
  return AgentJournal.takeOver(
    { ...parts, stateTopic: topics.state },
    { agentId: 'spec', deployment: 'rs0', ...self },
  );
}
