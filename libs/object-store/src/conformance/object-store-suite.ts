import { describeListing } from './listing-suite.js';
import { describeReading } from './reading-suite.js';
import type { MakeStore, StoreUnderTest } from './store-under-test.js';
import { describeWriting } from './writing-suite.js';

/** The promises of the port, against a fresh store for each of them. */
export function describeObjectStore(name: string, make: MakeStore): void {
  describe(`${name} as an object store`, () => {
    let current: StoreUnderTest | undefined;

    beforeEach(async () => {
      current = await make();
    });

    afterEach(async () => {
      await current?.store.close();
      await current?.dispose();
      current = undefined;
    });

    const underTest = (): StoreUnderTest => {
      if (current === undefined) {
        throw new Error('no store is open outside of a test');
      }
      return current;
    };

    describeWriting(underTest);
    describeReading(underTest);
    describeListing(underTest);
  });
}
