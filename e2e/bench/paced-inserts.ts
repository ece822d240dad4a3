import { randomBytes } from 'node:crypto';
import type { MongoClient } from 'mongodb';
import { Pace } from '@headwater/testing';
import { place } from './documents.js';

interface Written {
  readonly _id: number;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  readonly filler: Buffer;
}

export interface InsertLoad {
  /** Documents a second. */
  readonly perSecond: number;
  /** Documents a command. */
  readonly together: number;
}

const lanes = 4;
const fillerBytes = 450;

/** Inserts documents of about 500 bytes at a steady rate; each says when it was sent. */
export class PacedInserts {
  private next = 0;

  constructor(private readonly client: MongoClient) {}

  /** Inserts for that long. @returns how many the server has acknowledged. */
  async run({ perSecond, together }: InsertLoad, seconds: number): Promise<number> {
    const over = AbortSignal.timeout(seconds * 1000);
    const pace = new Pace(perSecond / together);
    const counts = await Promise.all(Array.from({ length: lanes }, () => this.lane(pace, together, over)));
    return counts.reduce((a, b) => a + b, 0);
  }

  /** Inserts so many documents as fast as it goes. */
  async insert(count: number, together: number): Promise<void> {
    const collection = this.client.db(place.db).collection<Written>(place.collection);
    for (let left = count; left > 0; left -= together) {
      const documents = Array.from({ length: Math.min(together, left) }, () => this.document());
      await collection.insertMany(documents, { ordered: false, writeConcern: { w: 1 } });
    }
  }

  private async lane(pace: Pace, together: number, over: AbortSignal): Promise<number> {
    const collection = this.client.db(place.db).collection<Written>(place.collection);
    let count = 0;
    while (await pace.turn(over)) {
      const documents = Array.from({ length: together }, () => this.document());
      await collection.insertMany(documents, { writeConcern: { w: 1 } });
      count += together;
    }
    return count;
  }

  private document(): Written {
    return { _id: this.next++, at: Date.now(), filler: randomBytes(fillerBytes) };
  }
}
