import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '@headwater/testing';

/** One object of a directory store, for a while not what it was. */
export class ObjectDamage {
  private constructor(
    private readonly path: string,
    private readonly bytes: Buffer,
  ) {}

  static async of(storeDirectory: string, key: string): Promise<ObjectDamage> {
    const path = join(storeDirectory, key);
    return new ObjectDamage(path, await readFile(path));
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
    await rm(this.path, { force: true });
  }

  private async replace(bytes: Buffer): Promise<void> {
    // Objects are written once and read-only.
    await rm(this.path, { force: true });
    await writeFile(this.path, bytes);
  }
}

/** A copy of a store, so that the real one stays whole. */
export async function copyStore(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
}

/** The first byte, the last one, and one in between. */
export function someOffsets(size: number, random: Random): number[] {
  return [0, random.below(size), size - 1];
}
