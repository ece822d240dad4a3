import type { ListOptions, ObjectInfo, ObjectStore, StoreTraits } from '@headwater/object-store';

type Verb = 'create' | 'read' | 'readRange' | 'list';

/** A real store, with somebody who looks on, may delay or fail a call, and may hide objects from listings. */
export class WatchedStore implements ObjectStore {
  readonly traits: StoreTraits;
  readonly calls: { verb: Verb; key: string; length: number }[] = [];
  /** Keys whose creation has ended. */
  readonly durable = new Set<string>();
  before: (verb: Verb, key: string, body?: Uint8Array) => Promise<void> | void = () => undefined;
  hides: (key: string) => boolean = () => false;
  private readonly store: ObjectStore;

  constructor(store: ObjectStore) {
    this.traits = store.traits;
    this.store = store;
  }

  async create(key: string, body: Uint8Array): Promise<'created' | 'exists'> {
    await this.call('create', key, body);
    const outcome = await this.store.create(key, body);
    this.durable.add(key);
    return outcome;
  }

  async read(key: string): Promise<Buffer> {
    await this.call('read', key);
    return this.store.read(key);
  }

  async readRange(key: string, offset: number, length: number): Promise<Buffer> {
    await this.call('readRange', key, undefined, length);
    return this.store.readRange(key, offset, length);
  }

  stat(key: string): Promise<ObjectInfo | null> {
    return this.store.stat(key);
  }

  async *list(prefix: string, options?: ListOptions): AsyncGenerator<ObjectInfo> {
    await this.call('list', prefix);
    for await (const info of this.store.list(prefix, options)) {
      if (!this.hides(info.key)) {
        yield info;
      }
    }
  }

  remove(key: string): Promise<void> {
    return this.store.remove(key);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  keys(verb: Verb): string[] {
    return this.calls.filter((call) => call.verb === verb).map(({ key }) => key);
  }

  private async call(verb: Verb, key: string, body?: Uint8Array, length = body?.length ?? 0): Promise<void> {
    this.calls.push({ verb, key, length });
    await this.before(verb, key, body);
  }
}
