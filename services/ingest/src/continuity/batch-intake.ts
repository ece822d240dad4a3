import type { Clock } from '@headwater/clock';
import {
  captureDisturbed,
  decodeOplogBatch,
  forkFound,
  forkRecorded,
  gapFound,
  gapRecorded,
  jsonDataOf,
  oplogBatchType,
} from '@headwater/contracts';
import type { CloudEvent, Decoded } from '@headwater/contracts';
import { openBatch } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import type { Logger, Publisher } from '@headwater/service-kit';
import type { Ticket } from '../archiving/commit-ledger.js';
import { newSyncOrder, rewindOrder } from '../capture/capture.js';
import type { ReplicaSetCapture } from '../capture/replica-set-capture.js';
import { decideBatch, decideFork, decideGap, rewindOrHold } from './continuity.js';
import type { Answer } from './continuity.js';

export interface IntakeDependencies {
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A slice is closed when it holds this many bytes. */
  readonly sliceMaxBytes: number;
}

/** Carries out what continuity answers. Called in the capture's turn. */
export class BatchIntake {
  constructor(private readonly dependencies: IntakeDependencies) {}

  /** A batch, a gap or a fork. Returns when it is accepted; the ticket is settled when its effect is durable. */
  async take(capture: ReplicaSetCapture, event: CloudEvent, ticket: Ticket): Promise<void> {
    const answer = answerTo(capture, event);
    this.dependencies.logger[answer.kind === 'Append' || answer.kind === 'Trim' ? 'debug' : 'info'](
      {
        logId: 'continuity.decided',
        ...capture.about,
        answer: answer.kind,
        ...('reason' in answer ? { reason: answer.reason } : {}),
      },
      'continuity decided',
    );
    await this.carryOut(capture, answer, ticket);
  }

  /** A message that nobody can read stands where a batch may have stood. */
  async takeUnreadable(capture: ReplicaSetCapture, problem: string, ticket: Ticket): Promise<void> {
    await this.carryOut(capture, rewindOrHold(capture.view, `a message cannot be read: ${problem}`), ticket);
  }

  private async carryOut(capture: ReplicaSetCapture, answer: Answer, ticket: Ticket): Promise<void> {
    switch (answer.kind) {
      case 'Append':
      case 'Trim':
        capture.accept(answer.entries, answer.to, ticket);
        if (capture.openBytes >= this.dependencies.sliceMaxBytes) {
          await capture.closeSlice();
        }
        return;
      case 'Ignore':
        if (answer.orderAgain) {
          await capture.publishState();
        }
        await capture.settleWithSlice(ticket);
        return;
      case 'Rewind':
        await capture.closeSlice();
        capture.noteRewind();
        await capture.give(rewindOrder(capture.current, answer.reason));
        await this.disturbed(capture, 'rewind', answer.reason);
        break;
      case 'Hold':
        await capture.closeSlice();
        await capture.give({ ...rewindOrder(capture.current, `held: ${answer.reason}`), order: 'none' });
        await this.disturbed(capture, 'hold', answer.reason);
        break;
      case 'Gap':
        await this.closeByGap(capture, answer.from, answer.to);
        break;
      case 'Fork':
        await this.closeByFork(capture, answer.at, answer.reason);
        break;
    }
    await ticket.settle();
  }

  private async closeByGap(capture: ReplicaSetCapture, from: Position, to: Position): Promise<void> {
    await capture.closeSlice();
    const { chain } = capture.current;
    if (chain === null) {
      return;
    }
    const reason = 'no member of the replica set has this range any more';
    await capture.archive.oplog.recordGap(chain, { format: 1, from, to, reason, createdAt: this.now() });
    await this.dependencies.publisher.event(gapRecorded, this.factOf(capture, 'gap'), {
      ...capture.about,
      chain,
      from,
      to,
    });
    await capture.give(newSyncOrder('a range of the oplog no longer exists anywhere: the chain has ended'));
  }

  private async closeByFork(capture: ReplicaSetCapture, at: Position, reason: string): Promise<void> {
    await capture.closeSlice();
    const { chain } = capture.current;
    if (chain === null) {
      return;
    }
    await capture.archive.oplog.recordFork(chain, {
      format: 1,
      at,
      found: null,
      reason,
      createdAt: this.now(),
    });
    await this.dependencies.publisher.event(forkRecorded, this.factOf(capture, 'fork'), {
      ...capture.about,
      chain,
      at,
      reason,
    });
    await capture.give(newSyncOrder('a rollback replaced history that was archived: the chain has ended'));
  }

  private now(): string {
    return this.dependencies.clock.now().toISOString();
  }

  private async disturbed(
    capture: ReplicaSetCapture,
    action: 'rewind' | 'hold',
    reason: string,
  ): Promise<void> {
    await this.dependencies.publisher.event(captureDisturbed, this.factOf(capture, action), {
      ...capture.about,
      action,
      reason,
    });
  }

  private factOf(capture: ReplicaSetCapture, fact: string) {
    const id = `${capture.replicaSetId}/${fact}/${String(capture.current.epoch)}`;
    return { deployment: capture.archive.deployment, id };
  }
}

function answerTo(capture: ReplicaSetCapture, event: CloudEvent): Answer {
  switch (event.type) {
    case oplogBatchType:
      return answerOf(capture, decodeOplogBatch(event), (meta) =>
        decideBatch(capture.view, {
          epoch: meta.epoch,
          chain: meta.chain,
          range: { from: meta.from, to: meta.to },
          contents: openBatch(
            { range: { from: meta.from, to: meta.to }, count: meta.count, sha256: meta.sha256 },
            event.data,
          ),
        }),
      );
    case gapFound.type:
      return answerOf(capture, jsonDataOf(gapFound, event), (gap) => decideGap(capture.view, gap));
    case forkFound.type:
      return answerOf(capture, jsonDataOf(forkFound, event), (fork) => decideFork(capture.view, fork));
    default:
      return { kind: 'Ignore', reason: `unknown type ${event.type}`, orderAgain: false };
  }
}

/** Nothing of another replica set is ever archived, whatever it calls itself. */
function answerOf<T extends { readonly replicaSetId: string }>(
  capture: ReplicaSetCapture,
  decoded: Decoded<T>,
  decide: (value: T) => Answer,
): Answer {
  if (!decoded.ok) {
    return rewindOrHold(capture.view, `a message cannot be read: ${decoded.problem}`);
  }
  if (decoded.value.replicaSetId !== capture.replicaSetId) {
    return { kind: 'Ignore', reason: `of replica set ${decoded.value.replicaSetId}`, orderAgain: true };
  }
  return decide(decoded.value);
}
