import type { ObjectStore } from '@headwater/object-store';
import type { Random } from '@headwater/testing';

/** One object of a store, for a while not what it was. */
export class ObjectDamage {
  private constructor(
    private readonly store: ObjectStore,
    private readonly key: string,
    private readonly bytes: Buffer,
  ) {}

  static async of(store: ObjectStore, key: string): Promise<ObjectDamage> {
    return new ObjectDamage(store, key, await store.read(key));
  }

  get size(): number {
    return this.bytes.length;
  }

  /** Does something while it is damaged; afterwards it is whole again. */
  async during<T>(damage: Promise<void>, work: () => Promise<T>): Promise<T> {
    try {
      await damage;
      return await work();
    } finally {
      await this.replace(this.bytes);
    }
  }

  /** One bit of one byte is turned over. */
  async flip(offset: number): Promise<void> {
    const damaged = Buffer.from(this.bytes);
    damaged.writeUInt8(damaged.readUInt8(offset) ^ 0x10, offset);
    await this.replace(damaged);
  }

  async cut(length: number): Promise<void> {
    await this.replace(this.bytes.subarray(0, length));
  }

  async remove(): Promise<void> {
    await this.store.remove(this.key);
  }

  private async replace(bytes: Buffer): Promise<void> {
    // A store never changes an object that is there.
    await this.store.remove(this.key);
    await this.store.create(this.key, bytes);
  }
}

/** All objects, so that the real store stays whole. Those that `to` has already stay as they are. */
export async function copyStore(from: ObjectStore, to: ObjectStore): Promise<void> {
  for await (const { key } of from.list('')) await to.create(key, await from.read(key));
}

/** The first byte, the last one, and one in between. */
export function someOffsets(size: number, random: Random): number[] {
  return [0, random.below(size), size - 1];
}
