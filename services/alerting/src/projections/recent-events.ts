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
  /** In the order in which they came. */
  private kept: { readonly place: Place; readonly event: RecentEventBody }[] = [];
  private readonly ids = new Set<string>();

  constructor(private readonly limit: number) {}

  /**
   * Takes an event; the same fact a second time, and what is no event, changes nothing.
   *
   * @returns the place of an older one that had to go for it: nothing up to there is kept any more; null: none had to
   */
  add(message: IncomingMessage): Place | null {
    const event = eventOf(message);
    if (event === null || this.ids.has(event.id)) {
      return null;
    }
    const { topic, partition, offset } = message;
    this.kept.push({ place: { topic, partition, offset }, event });
    this.ids.add(event.id);
    const gone = this.kept.length > this.limit ? this.kept.shift() : undefined;
    if (gone === undefined) {
      return null;
    }
    this.ids.delete(gone.event.id);
    return gone.place;
  }

  clear(): void {
    this.kept = [];
    this.ids.clear();
  }

  newestFirst(): readonly RecentEventBody[] {
    return this.kept.map(({ event }) => event).reverse();
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
