import { decodeCloudEvent } from '@headwater/contracts';
import type { RecentEventBody } from '@headwater/contracts';
import type { IncomingMessage } from '@headwater/messaging';

/** Where a message stands on the bus. */
export type Place = Pick<IncomingMessage, 'topic' | 'partition' | 'offset'>;

const kib = 1024;
/** With the limit on their number this bounds what they take. */
const largestDataBytes = 16 * kib;

/** The newest events of a topic, as many as may be. */
export class RecentEvents {
  /** By the id of the event, in the order in which they came. */
  private readonly kept = new Map<string, { readonly place: Place; readonly event: RecentEventBody }>();

  constructor(private readonly limit: number) {}

  /**
   * Takes an event; the same fact a second time, and what is no event, changes nothing.
   *
   * @returns the place of an older one that had to go for it: nothing up to there is kept any more; null: none had to
   */
  add(message: IncomingMessage): Place | null {
    const event = eventOf(message);
    if (event === null || this.kept.has(event.id)) {
      return null;
    }
    const { topic, partition, offset } = message;
    this.kept.set(event.id, { place: { topic, partition, offset }, event });
    const oldest = this.kept.size > this.limit ? this.kept.values().next().value : undefined;
    if (oldest === undefined) {
      return null;
    }
    this.kept.delete(oldest.event.id);
    return oldest.place;
  }

  clear(): void {
    this.kept.clear();
  }

  newestFirst(): readonly RecentEventBody[] {
    return [...this.kept.values()].map(({ event }) => event).reverse();
  }
}

function eventOf(message: IncomingMessage): RecentEventBody | null {
  const decoded = decodeCloudEvent(message);
  if (!decoded.ok) {
    return null;
  }
  const { id, type, source, subject, time, data } = decoded.value;
  return { id, type, source, subject, time: time.toISOString(), data: jsonOf(data) };
}

function jsonOf(data: Buffer): unknown {
  if (data.length > largestDataBytes) {
    return null;
  }
  try {
    return JSON.parse(data.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}
