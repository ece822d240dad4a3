import { ManualClock } from '@headwater/clock';
import { restoreJobKey, restoreJobState, decodeJsonEvent, topicsOf } from '@headwater/contracts';
import type { RestoreJobBody } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
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
    return new Publisher({ bus, topics, clock: this.clock, source: '/spec' });
  }
}
