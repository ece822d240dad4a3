import type { Clock } from '@headwater/clock';
import {
  captureKey,
  captureKeyPrefix,
  captureState,
  decodeJsonEvent,
  replicaSetKey,
} from '@headwater/contracts';
import type { CaptureState } from '@headwater/contracts';
import type { Assignment, MessageBus, Subscription } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';
import type { HeadJournal } from '../head/head-journal.js';
import type { HeadKeeper } from '../head/head-keeper.js';

export interface KeptHead {
  readonly keeper: HeadKeeper;
  readonly journal: HeadJournal;
}

export interface HeadRoundsOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  /** Whose partition a replica set is on, its head is made by. Nothing is read from it. */
  readonly sharedTopic: string;
  readonly group: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly headOf: (deployment: string, replicaSet: string) => KeptHead;
}

interface VisitedHead extends KeptHead {
  readonly assignment: Assignment;
  retryAt: number;
}

const pauseMillis = 500;
const pauseAfterFailureMillis = 10_000;

/**
 * Goes from head to head of those replica sets whose partitions it holds, one at a time: each takes the whole machine
 * for a moment. A partition that goes to another builder ends the work on its own heads alone.
 */
export class HeadRounds {
  private readonly captures = new Map<string, CaptureState>();
  private readonly assignments = new Set<Assignment>();
  private readonly heads = new Map<string, VisitedHead>();
  private watch: Subscription | null = null;
  private membership: Subscription | null = null;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** The head that is at work. */
  private visiting: { readonly assignment: Assignment; readonly done: Promise<unknown> } | null = null;

  constructor(private readonly options: HeadRoundsOptions) {}

  /** How many partitions it holds. */
  get heldPartitions(): number {
    return [...this.assignments].reduce((sum, { partitions }) => sum + partitions.length, 0);
  }

  async start(): Promise<void> {
    const { bus, sharedTopic, group } = this.options;
    this.watch = await this.watchCaptures();
    this.running = this.run(this.stopping.signal);
    this.membership = await bus.consume({
      group,
      sharing: 'by-partition',
      topics: [sharedTopic],
      onAssigned: (assignment) => {
        this.assignments.add(assignment);
        return Promise.resolve();
      },
      onRevoked: (assignment) => this.release(assignment),
      onError: (error) => {
        this.busFailed(error);
      },
    });
  }

  /** What runs is ended; whoever goes on with the head resumes it. */
  async stop(): Promise<void> {
    await this.watch?.stop();
    await this.membership?.stop();
    this.stopping.abort(new Error('the builder is stopped'));
    await this.running;
  }

  private watchCaptures(): Promise<Subscription> {
    const { bus, stateTopic, logger } = this.options;
    return bus.watch({
      topic: stateTopic,
      keyPrefix: captureKeyPrefix,
      onValue: (message) => {
        const decoded = decodeJsonEvent(captureState, message);
        if (decoded.ok) {
          this.captures.set(message.key, decoded.value);
        } else if (message.value !== null) {
          logger.warn(
            { logId: 'capture.unreadable', problem: decoded.problem },
            'a capture state cannot be read',
          );
        }
      },
      onError: (error) => {
        this.busFailed(error);
      },
    });
  }

  private busFailed(error: unknown): void {
    this.options.logger.error({ logId: 'rounds.bus', err: error }, 'the bus failed: trying again');
  }

  /** Resolves when nothing is going on for its heads any more. What is known of them is read anew if they come back. */
  private async release(assignment: Assignment): Promise<void> {
    this.assignments.delete(assignment);
    if (this.visiting?.assignment === assignment) {
      await this.visiting.done;
    }
    for (const [key, head] of this.heads) {
      if (head.assignment === assignment) {
        this.heads.delete(key);
      }
    }
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let worked = false;
      for (const capture of [...this.captures.values()]) {
        worked = (await this.visitIfHeld(capture)) || worked;
      }
      if (!worked) {
        await this.options.clock.sleep(pauseMillis, signal).catch(() => undefined);
      }
    }
  }

  private async visitIfHeld(capture: CaptureState): Promise<boolean> {
    const key = replicaSetKey(capture.deployment, capture.replicaSet);
    const assignment = [...this.assignments].find((each) => {
      return each.isHeld && !each.signal.aborted && each.owns(key);
    });
    const head = assignment === undefined ? null : this.headOf(capture, assignment);
    if (assignment === undefined || head === null) {
      return false;
    }
    const visit = this.visit(head, capture);
    this.visiting = { assignment, done: visit.catch(() => undefined) };
    try {
      return await visit;
    } finally {
      this.visiting = null;
    }
  }

  private async visit(head: VisitedHead, capture: CaptureState): Promise<boolean> {
    const { clock } = this.options;
    const { signal } = head.assignment;
    await head.journal.repeat();
    if (clock.ticksMillis() < head.retryAt || signal.aborted) {
      return false;
    }
    try {
      return await head.keeper.step(capture, signal);
    } catch (error) {
      head.keeper.distrust(error);
      head.retryAt = clock.ticksMillis() + pauseAfterFailureMillis;
      await this.report(head.journal, error, signal);
      return false;
    }
  }

  /** What a stop ends is no failure. */
  private async report(journal: HeadJournal, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      return;
    }
    await journal.failed(error).catch((refused: unknown) => {
      this.options.logger.error(
        { logId: 'head.failure-unpublished', err: refused },
        'a failure could not be published',
      );
    });
  }

  /** Null for a state whose names the repository does not take: one such must not stop the others. */
  private headOf({ deployment, replicaSet }: CaptureState, assignment: Assignment): VisitedHead | null {
    const key = replicaSetKey(deployment, replicaSet);
    try {
      const known = this.heads.get(key);
      const head =
        known?.assignment === assignment
          ? known
          : { ...this.options.headOf(deployment, replicaSet), assignment, retryAt: 0 };
      this.heads.set(key, head);
      return head;
    } catch (error) {
      this.options.logger.error(
        { logId: 'head.unusable-name', key, err: error },
        'a replica set has no head',
      );
      this.captures.delete(captureKey(deployment, replicaSet));
      return null;
    }
  }
}
