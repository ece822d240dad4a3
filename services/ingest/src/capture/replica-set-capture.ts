import pLimit from 'p-limit';
import type { Clock } from '@headwater/clock';
import { captureKey, captureOrdered, captureState } from '@headwater/contracts';
import type { CaptureOrdered } from '@headwater/contracts';
import type { Assignment } from '@headwater/messaging';
import { formatPosition } from '@headwater/oplog';
import type { Position, RawEntry } from '@headwater/oplog';
import type { ReplicaSetRepository, SyncBegun } from '@headwater/repository';
import type { Logger, Publisher } from '@headwater/service-kit';
import type { Ticket } from '../archiving/commit-ledger.js';
import { OpenSlice } from '../archiving/open-slice.js';
import type { ArchiveMetrics } from '../archiving/archive-metrics.js';
import type { ContinuityView } from '../continuity/continuity.js';
import { ingestErrors } from '../ingest-errors.js';
import { newSyncOrder, syncIdOf } from './capture.js';
import type { Capture, Order } from './capture.js';
import { announceEnding, recordEnding } from './chain-ending.js';
import type { ChainEnding } from './chain-ending.js';
import { openingOf } from './derive-capture.js';

export interface CaptureDependencies {
  readonly archive: ReplicaSetRepository;
  readonly replicaSetId: string;
  /** What it was loaded under. Once that is not held any more, nothing of this capture has an effect. */
  readonly assignment: Assignment;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ArchiveMetrics;
}

const nowhere: Position = { ts: { t: 0, i: 0 }, term: -1 };

/**
 * One replica set in ingest's hands: its order, its open slice, and the three steps that every change takes in this
 * sequence: the object is durable, the state is published, the message is committed.
 */
export class ReplicaSetCapture {
  /** Everything that reads or changes this capture runs in here, one at a time. */
  readonly inTurn = pLimit(1);
  private slice: OpenSlice | null = null;
  /** Archived, and not announced yet: the bus failed in between. */
  private unannounced: Ticket[] = [];
  private rewound = { at: '', times: 0 };
  /** The order that was given last, until its event is out. */
  private ordered: CaptureOrdered | null = null;
  private stateIsOut = true;
  /** Recorded, and not carried out yet. */
  private ending: ChainEnding | null = null;
  private givenAt = 0;

  constructor(
    private readonly dependencies: CaptureDependencies,
    private capture: Capture,
  ) {}

  get current(): Capture {
    return this.capture;
  }

  get archive(): ReplicaSetRepository {
    return this.dependencies.archive;
  }

  get replicaSetId(): string {
    return this.dependencies.replicaSetId;
  }

  get openBytes(): number {
    return this.slice?.bytes ?? 0;
  }

  /** Milliseconds since the open slice got its first entry; 0 without one. */
  get openAge(): number {
    return this.slice === null ? 0 : this.dependencies.clock.ticksMillis() - this.slice.openedAt;
  }

  /** True when something waits to be archived or announced. */
  get pending(): boolean {
    return this.slice !== null || this.unannounced.length > 0 || !this.stateIsOut;
  }

  get view(): ContinuityView {
    const { epoch, chain, archivedTo, opening } = this.capture;
    const end = archivedTo ?? nowhere;
    return {
      epoch,
      chain,
      archivedTo: end,
      acceptedTo: this.slice?.range.to ?? end,
      opening: opening && this.slice === null,
      openEntries: this.slice?.entries ?? [],
      rewinds: this.rewound.at === formatPosition(end) ? this.rewound.times : 0,
    };
  }

  accept(entries: readonly RawEntry[], to: Position, ticket: Ticket): void {
    this.slice ??= new OpenSlice(this.view.archivedTo, this.dependencies.clock.ticksMillis());
    this.slice.append(entries, to);
    this.slice.tickets.push(ticket);
  }

  /** Settles a message whose answer rests on what was accepted: not before that is durable. */
  async settleWithSlice(ticket: Ticket): Promise<void> {
    if (this.slice === null) {
      await ticket.settle();
    } else {
      this.slice.tickets.push(ticket);
    }
  }

  /** Makes what was accepted durable, then says so, then commits. May be called again after a failure at any step. */
  async closeSlice(): Promise<void> {
    const { slice, capture } = this;
    if (slice !== null && capture.chain !== null) {
      this.checkHeld();
      await this.archive.oplog.writeSlice(
        capture.chain,
        slice.range,
        slice.entries.map((entry) => entry.bytes),
      );
      this.capture = { ...capture, archivedTo: slice.range.to, opening: false };
      this.unannounced.push(...slice.tickets);
      this.slice = null;
      this.stateIsOut = false;
      this.dependencies.metrics.sliceArchived(this.archive, slice);
    }
    if (!this.stateIsOut) {
      await this.publishState();
    }
    for (let ticket = this.unannounced[0]; ticket !== undefined; ticket = this.unannounced[0]) {
      await ticket.settle();
      this.unannounced.shift();
    }
  }

  /**
   * The last that this ingest does for the replica set: what was accepted is made durable, said and committed, where the set
   * is still held and store and bus allow it. What is left is dropped and comes again to whoever is next.
   *
   * @returns what the store or the bus refused it with; null when neither did
   */
  async release(): Promise<unknown> {
    try {
      if (this.dependencies.assignment.isHeld) {
        await this.closeSlice();
      }
      return null;
    } catch (error) {
      return error;
    } finally {
      this.slice = null;
      this.unannounced = [];
      this.ending = null;
      this.stateIsOut = true;
      this.dependencies.metrics.released(this.archive);
    }
  }

  /**
   * No fence: what is written in spite of it is written create-only, and of two orders the higher counts.
   *
   * @throws ingestErrors.notHeld
   */
  checkHeld(): void {
    if (!this.dependencies.assignment.isHeld) {
      const { deployment, replicaSet } = this.about;
      throw ingestErrors.notHeld(`${deployment}/${replicaSet} is not this ingest's any more`);
    }
  }

  /** The chain goes no further: what was accepted is archived, why it ends is recorded, and a new chain is ordered. */
  async endChain(ending: ChainEnding): Promise<void> {
    if (ending.kind === 'gap') {
      await this.closeSlice();
    }
    this.checkHeld();
    // A fork is seen in the open slice only: once that is closed, nothing is left to tell it from a repetition.
    await recordEnding(this.archive, this.capture.chain ?? '', ending, this.dependencies.clock.now());
    this.ending = ending;
    await this.finishEnding();
  }

  /** Goes on with an ending that was recorded and not carried out. */
  async finishEnding(): Promise<void> {
    const { ending, archive } = this;
    const { chain } = this.capture;
    if (ending === null || chain === null) {
      return;
    }
    await this.closeSlice();
    await announceEnding(this.dependencies.publisher, archive, chain, ending);
    await this.give(newSyncOrder(`the chain has ended: ${ending.kind}`));
    this.ending = null;
  }

  /**
   * Begins a new epoch. The create-only object comes first: two owners cannot give the same one. Resolves when it is
   * durable; where the bus refuses to say so, it is said again with the next closing of a slice.
   *
   * @throws ingestErrors.epochTaken when somebody else has given it
   */
  async give(next: Order): Promise<void> {
    const { isRewind, ...order } = next;
    const { clock, logger } = this.dependencies;
    const epoch = this.capture.epoch + 1;
    const isNewSync = order.order === 'initial-sync' && order.chain === null;
    const syncId = isNewSync ? syncIdOf(epoch) : (this.capture.sync?.id ?? null);
    const document = { format: 1, epoch, syncId, createdAt: clock.now().toISOString(), ...order } as const;
    this.checkHeld();
    if ((await this.archive.epochs.create(document)) === 'exists') {
      throw ingestErrors.epochTaken(`epoch ${epoch} of ${this.archive.name} was already given`);
    }
    if (isRewind === true) {
      this.noteRewind();
    }
    const sync = isNewSync ? { id: syncIdOf(epoch), begun: null, archivedPart: 0 } : this.capture.sync;
    this.capture = { ...order, epoch, sync, opening: this.capture.opening && order.chain !== null };
    this.givenAt = clock.ticksMillis();
    logger.info({ logId: 'capture.ordered', ...this.about, ...order, epoch }, 'a new order was given');
    await this.repeatOrder().catch((error: unknown) => {
      logger.warn(
        { logId: 'bus.refused', ...this.about, err: error },
        'the bus refuses an order: trying again',
      );
    });
  }

  /** Says which order is in force, as state and as an event. */
  async repeatOrder(): Promise<void> {
    const { epoch, order, chain, reason } = this.capture;
    this.ordered = { ...this.about, epoch, order, chain, reason };
    await this.publishState();
  }

  /** Milliseconds since nothing is ordered because rewinds did not help; 0 when something is. */
  get heldFor(): number {
    return this.capture.order === 'none' ? this.dependencies.clock.ticksMillis() - this.givenAt : 0;
  }

  /** Counts the rewinds to one position, so that one that does not help is not ordered for ever. */
  private noteRewind(): void {
    const at = formatPosition(this.view.archivedTo);
    this.rewound = { at, times: this.rewound.at === at ? this.rewound.times + 1 : 1 };
  }

  /** The initial sync of this epoch has begun: its chain opens just before its first entry. */
  async syncBegun(begun: SyncBegun): Promise<void> {
    const opening = openingOf(begun.beginFetching);
    const sync = { id: begun.syncId, begun, archivedPart: this.capture.sync?.archivedPart ?? 0 };
    this.capture = { ...this.capture, chain: begun.chain, archivedTo: opening, opening: true, sync };
    await this.publishState();
  }

  async partArchived(part: number): Promise<void> {
    const { sync } = this.capture;
    this.capture = { ...this.capture, sync: sync === null ? null : { ...sync, archivedPart: part } };
    await this.publishState();
  }

  /** Tells agents and readers the order that is in force and how far the store is. */
  async publishState(): Promise<void> {
    this.stateIsOut = false;
    this.checkHeld();
    const { epoch, order, chain, archivedTo, sync, reason } = this.capture;
    await this.dependencies.publisher.state(
      captureState,
      captureKey(this.archive.deployment, this.archive.name),
      {
        ...this.about,
        replicaSetId: this.replicaSetId,
        epoch,
        order,
        tail: chain === null || archivedTo === null ? null : { chain, archivedTo },
        sync:
          sync === null
            ? null
            : { id: sync.id, attempt: sync.begun?.attempt ?? null, archivedPart: sync.archivedPart },
        reason,
        updatedAt: this.dependencies.clock.now().toISOString(),
      },
    );
    if (this.ordered !== null) {
      const id = `${this.replicaSetId}/epoch/${String(this.ordered.epoch)}`;
      await this.dependencies.publisher.event(
        captureOrdered,
        { deployment: this.archive.deployment, id },
        this.ordered,
      );
      this.ordered = null;
    }
    this.stateIsOut = true;
  }

  get about(): { deployment: string; replicaSet: string } {
    return { deployment: this.archive.deployment, replicaSet: this.archive.name };
  }
}
