import type { Clock } from '@headwater/clock';
import { Injection } from '@headwater/faults';
import type { FaultKind, FaultPlan } from '@headwater/faults';
import { storeErrors } from '@headwater/object-store';
import type { ListOptions, ObjectInfo, ObjectStore, StoreTraits } from '@headwater/object-store';

export interface FaultyStoreOptions {
  readonly plan: FaultPlan;
  readonly clock: Clock;
}

type Operation = 'create' | 'read' | 'readRange' | 'stat' | 'list' | 'remove';

/** Of a plan's operations these are the store's, and this is what can happen to each. */
const possible: Readonly<Record<Operation, readonly FaultKind[]>> = {
  create: ['fail-before', 'fail-after', 'delay', 'repeat'],
  read: ['fail-before', 'cut', 'delay', 'repeat'],
  readRange: ['fail-before', 'cut', 'delay', 'repeat'],
  stat: ['fail-before', 'delay', 'repeat'],
  list: ['fail-before', 'cut', 'delay'],
  remove: ['fail-before', 'fail-after', 'delay', 'repeat'],
};

/** A cut listing gives at most as many keys before it ends. */
const longestCutListing = 50;

/**
 * A store in front of which things go wrong, as a plan says. What it promises of an answer it keeps: it fails with
 * storeErrors.unavailable, never with wrong bytes, and a listing never leaves out what it has passed.
 */
export class FaultyStore implements ObjectStore {
  readonly traits: StoreTraits;
  private readonly store: ObjectStore;
  private readonly injection: Injection<Operation>;

  constructor(store: ObjectStore, { plan, clock }: FaultyStoreOptions) {
    this.traits = store.traits;
    this.store = store;
    this.injection = new Injection({
      plan,
      possible,
      sleep: (millis) => clock.sleep(millis),
      failure: (message) => storeErrors.unavailable(message),
    });
  }

  create(key: string, body: Uint8Array): Promise<'created' | 'exists'> {
    return this.injection.call('create', key, () => this.store.create(key, body));
  }

  read(key: string): Promise<Buffer> {
    return this.injection.call('read', key, () => this.store.read(key));
  }

  readRange(key: string, offset: number, length: number): Promise<Buffer> {
    return this.injection.call('readRange', key, () => this.store.readRange(key, offset, length));
  }

  stat(key: string): Promise<ObjectInfo | null> {
    return this.injection.call('stat', key, () => this.store.stat(key));
  }

  async *list(prefix: string, options?: ListOptions): AsyncGenerator<ObjectInfo> {
    const fault = this.injection.decide('list', prefix);
    if (fault?.kind === 'fail-before') throw this.injection.failure(`list of ${prefix} was refused`);
    if (fault?.kind === 'delay') await this.injection.delay(fault);
    let left = fault?.kind === 'cut' ? Math.floor(fault.share * longestCutListing) : Infinity;
    for await (const info of this.store.list(prefix, options)) {
      if (left <= 0) throw this.injection.failure(`list of ${prefix} ended before ${info.key}`);
      left -= 1;
      yield info;
    }
    if (left < Infinity) throw this.injection.failure(`the end of the list of ${prefix} was lost`);
  }

  remove(key: string): Promise<void> {
    return this.injection.call('remove', key, () => this.store.remove(key));
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
