import type { Metrics } from '@headwater/service-kit';

/** What an agent counts. */
export class AgentMetrics {
  private readonly entries;
  private readonly bytes;
  private readonly batches;
  private readonly publishedTo;
  private readonly newest;
  private readonly parts;
  private readonly partBytes;

  constructor(metrics: Metrics) {
    this.entries = metrics.counter({
      name: 'headwater_published_entries_total',
      help: 'Oplog entries acknowledged by the bus.',
    });
    this.bytes = metrics.counter({
      name: 'headwater_published_bytes_total',
      help: 'Bytes of oplog entries acknowledged by the bus.',
    });
    this.batches = metrics.counter({
      name: 'headwater_published_batches_total',
      help: 'Batches acknowledged by the bus.',
    });
    this.publishedTo = metrics.gauge({
      name: 'headwater_published_to_seconds',
      help: 'Timestamp of the newest published entry, seconds since 1970.',
    });
    this.newest = metrics.gauge({
      name: 'headwater_source_newest_seconds',
      help: "Timestamp of the source's newest entry, seconds since 1970.",
    });
    this.parts = metrics.counter({
      name: 'headwater_initial_sync_parts_total',
      help: 'Parts of initial syncs acknowledged by the bus.',
    });
    this.partBytes = metrics.counter({
      name: 'headwater_initial_sync_bytes_total',
      help: 'Bytes of parts acknowledged by the bus.',
    });
  }

  published(entries: number, bytes: number, toSeconds: number): void {
    this.batches.inc();
    this.entries.inc(entries);
    this.bytes.inc(bytes);
    this.publishedTo.set(toSeconds);
  }

  sourceNewest(seconds: number): void {
    this.newest.set(seconds);
  }

  partPublished(bytes: number): void {
    this.parts.inc();
    this.partBytes.inc(bytes);
  }
}
