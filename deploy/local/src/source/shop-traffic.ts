import type { Clock } from '@headwater/clock';
import { Random } from '@headwater/testing';
import type { Db, Document, MongoClient } from 'mongodb';
import { orderOf, shopDatabase, someStatus } from './shop.js';

/** Writes a second, about. */
const ratePerSecond = 50;
const pauseAfterFailureMillis = 500;
/** Above the orders that the shop begins with. */
const firstNewOrder = 1_000_000;

interface ShopDocument extends Document {
  readonly _id: number;
}

/** What goes on in the sample shop all day: orders in transactions, changes of state, an audit trail. */
export class ShopTraffic {
  private readonly stopping = new AbortController();
  private readonly random: Random;
  private readonly db: Db;
  private readonly running: Promise<void>;
  /** New orders make the sample grow; a run without end has none. */
  private taking = true;

  /** Begins at once. The client stays the caller's. */
  constructor(
    private readonly client: MongoClient,
    private readonly clock: Clock,
  ) {
    this.random = new Random(clock.nowMillis());
    this.db = client.db(shopDatabase);
    this.running = this.run(this.stopping.signal);
  }

  /** From now on nothing grows: only changes of what is there. */
  takeNoMoreOrders(): void {
    this.taking = false;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pause = await this.step().then(
        () => 1000 / ratePerSecond,
        () => pauseAfterFailureMillis,
      );
      await this.clock.sleep(pause, signal).catch(() => undefined);
    }
  }

  private async step(): Promise<void> {
    const chance = this.random.next();
    if (chance < 0.2 && this.taking) await this.takeOrder();
    else if (chance < 0.3) await this.noteAudit();
    else await this.moveOrder();
  }

  private async takeOrder(): Promise<void> {
    const number = firstNewOrder + this.random.below(2 ** 40);
    await this.client.withSession((session) =>
      session.withTransaction(async () => {
        await this.orders.insertOne({ ...orderOf(this.random, number), _id: number }, { session });
        await this.db
          .collection('sales')
          .updateOne({ product: this.random.below(2000) }, { $inc: { sold: 1 } }, { session, upsert: true });
      }),
    );
  }

  private async moveOrder(): Promise<void> {
    const status = someStatus(this.random);
    await this.orders.updateOne({ _id: this.random.below(60_000) }, { $set: { status }, $inc: { moves: 1 } });
  }

  private async noteAudit(): Promise<void> {
    const at = this.clock.now();
    await this.db.collection('audit').insertOne({ at, what: this.random.words(5) });
    await this.db
      .collection<ShopDocument>('carts')
      .updateOne({ _id: this.random.below(1000) }, { $set: { touched: at } }, { upsert: true });
  }

  private get orders() {
    return this.db.collection<ShopDocument>('orders');
  }
}
