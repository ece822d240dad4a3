import { ManualClock, systemClock } from '@headwater/clock';
import { restoreJobKey, restoreJobState, decodeJsonEvent, topicsOf } from '@headwater/contracts';
import type { JsonEvent, RestoreJobBody } from '@headwater/contracts';
import { FaultPlan } from '@headwater/faults';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { FaultyBus } from '@headwater/messaging/faulty';
import { createLogger, Metrics, Publisher } from '@headwater/service-kit';
import { temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { JobBoard } from '../records/job-board.js';
import { JobJournal } from '../records/job-journal.js';
import { JobMetrics } from '../records/job-metrics.js';

const topics = topicsOf();

/** A board on real parts: a journal in a temporary folder, and a bus in memory. */
export class BoardScene {
  static async open(): Promise<BoardScene> {
    return new BoardScene(await temporaryDirectory('headwater-board-'), await EmbeddedBus.open(':memory:'));
  }

  readonly clock = new ManualClock(new Date('2026-11-24T08:00:00Z'));
  readonly logger = createLogger({ service: 'restore', level: 'silent' });
  /** What goes wrong with what is published. */
  readonly faults = new FaultPlan();
  readonly publisher: Publisher;

  private constructor(
    readonly home: TemporaryDirectory,
    private bus: EmbeddedBus,
  ) {
    this.publisher = this.publisherOn(bus);
  }

  /** What a process has at its start: nothing is in memory yet. */
  async board(bus: EmbeddedBus = this.bus): Promise<JobBoard> {
    return new JobBoard({
      journal: await JobJournal.open(this.home.path),
      metrics: new JobMetrics(new Metrics('restore')),
      ...{ bus, stateTopic: topics.state, publisher: this.publisherOn(bus) },
      ...{ clock: this.clock, logger: this.logger, host: 'h' },
    });
  }

  /** What the state topic says of a job. */
  async onBus(id: string): Promise<RestoreJobBody | null> {
    const message = await this.bus.latest(topics.state, restoreJobKey(id));
    const decoded = message === null ? null : decodeJsonEvent(restoreJobState, message);
    return decoded?.ok === true ? decoded.value : null;
  }

  /** The newest event of deployment `d`; null when it is of another type. */
  async newestEvent<T>(event: JsonEvent<T>): Promise<T | null> {
    const message = await this.bus.latest(topics.events, 'd');
    const decoded = message === null ? null : decodeJsonEvent(event, message);
    return decoded?.ok === true ? decoded.value : null;
  }

  /** The bus is lost whole, and another takes its place. */
  async loseBus(): Promise<void> {
    await this.bus.close();
    this.bus = await EmbeddedBus.open(':memory:');
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.home.remove();
  }

  private publisherOn(bus: EmbeddedBus): Publisher {
    const faulty = new FaultyBus(bus, { plan: this.faults, clock: systemClock });
    return new Publisher({ bus: faulty, topics, clock: this.clock, source: '/spec' });
  }
}
