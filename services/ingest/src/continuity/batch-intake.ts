import {
  captureDisturbed,
  decodeOplogBatch,
  forkFound,
  gapFound,
  jsonDataOf,
  oplogBatchType,
} from '@headwater/contracts';
import type { CloudEvent, Decoded } from '@headwater/contracts';
import { openBatch } from '@headwater/oplog';
import type { Logger, Publisher } from '@headwater/service-kit';
import type { Ticket } from '../archiving/commit-ledger.js';
import { holdOrder, rewindOrder } from '../capture/capture.js';
import type { ReplicaSetCapture } from '../capture/replica-set-capture.js';
import { decideBatch, decideFork, decideGap, rewindOrHold } from './continuity.js';
import type { Answer } from './continuity.js';

export interface IntakeDependencies {
  readonly publisher: Publisher;
  readonly logger: Logger;
  /** A slice is closed when it holds this many bytes. */
  readonly sliceMaxBytes: number;
}

/**
 * Carries out what continuity answers. Called in the capture's turn.
 *
 * A message whose effect fails comes again and is decided again, so the effect that would change the answer, a new
 * epoch, is always the last one.
 */
export class BatchIntake {
  constructor(private readonly dependencies: IntakeDependencies) {}

  /** A batch, a gap or a fork. Returns when it is accepted; the ticket is settled when its effect is durable. */
  async take(capture: ReplicaSetCapture, event: CloudEvent, ticket: Ticket): Promise<void> {
    await capture.finishEnding();
    await this.carryOut(capture, answerTo(capture, event), ticket);
  }

  /** A message that nobody can read stands where a batch may have stood. */
  async takeUnreadable(capture: ReplicaSetCapture, problem: string, ticket: Ticket): Promise<void> {
    await capture.finishEnding();
    await this.carryOut(capture, unreadable(capture, problem), ticket);
  }

  private async carryOut(capture: ReplicaSetCapture, answer: Answer, ticket: Ticket): Promise<void> {
    this.log(capture, answer);
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
        await this.disturbed(capture, 'rewind', answer.reason);
        await capture.give(rewindOrder(capture.current, answer.reason));
        break;
      case 'Hold':
        await capture.closeSlice();
        await this.disturbed(capture, 'hold', answer.reason);
        await capture.give(holdOrder(capture.current, answer.reason));
        break;
      case 'Gap':
        await capture.endChain({ kind: 'gap', from: answer.from, to: answer.to });
        break;
      case 'Fork':
        await capture.endChain({ kind: 'fork', at: answer.at, found: answer.found, reason: answer.reason });
        break;
    }
    await ticket.settle();
  }

  private async disturbed(
    capture: ReplicaSetCapture,
    action: 'rewind' | 'hold',
    reason: string,
  ): Promise<void> {
    const id = `${capture.replicaSetId}/${action}/${String(capture.current.epoch)}`;
    const fact = { deployment: capture.archive.deployment, id };
    await this.dependencies.publisher.event(captureDisturbed, fact, { ...capture.about, action, reason });
  }

  private log(capture: ReplicaSetCapture, answer: Answer): void {
    const isUsual = answer.kind === 'Append' || answer.kind === 'Trim';
    const reason = 'reason' in answer ? answer.reason : null;
    this.dependencies.logger[isUsual ? 'debug' : 'info'](
      { logId: 'continuity.decided', ...capture.about, answer: answer.kind, reason },
      'continuity decided',
    );
  }
}

function answerTo(capture: ReplicaSetCapture, event: CloudEvent): Answer {
  switch (event.type) {
    case oplogBatchType:
      return answerOf(capture, decodeOplogBatch(event), ({ epoch, chain, from, to, count, sha256 }) => {
        const range = { from, to };
        return decideBatch(capture.view, {
          epoch,
          chain,
          range,
          contents: openBatch({ range, count, sha256 }, event.data),
        });
      });
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
    return unreadable(capture, decoded.problem);
  }
  if (decoded.value.replicaSetId !== capture.replicaSetId) {
    return { kind: 'Ignore', reason: `of replica set ${decoded.value.replicaSetId}`, orderAgain: true };
  }
  return decide(decoded.value);
}

/** It names no epoch that could be compared; while nothing is ordered, nothing is missing. */
function unreadable(capture: ReplicaSetCapture, problem: string): Answer {
  const reason = `a message cannot be read: ${problem}`;
  return capture.current.order === 'none' || capture.current.chain === null
    ? { kind: 'Ignore', reason, orderAgain: false }
    : rewindOrHold(capture.view, reason);
}
