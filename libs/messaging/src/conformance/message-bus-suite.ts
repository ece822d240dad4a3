import type { BusHarness } from './bus-harness.js';
import { promisesOfAssignments } from './assignment-promises.js';
import { promisesOfConsume } from './consume-promises.js';
import { promisesOfProduce } from './produce-promises.js';
import { promisesOfRetention } from './retention-promises.js';
import type { RetainingHarness } from './retention-promises.js';
import { promisesOfStop } from './stop-promises.js';
import { promisesOfWatch } from './watch-promises.js';

/** A broker that is slow to answer fails no test; one that does not answer is named by what was waited for. */
const testTimeoutMillis = 60_000;

/**
 * Declares the conformance tests of a bus in the running spec.
 *
 * @param make a broker with nothing on it and a first client of it, for one test.
 */
export function describeMessageBus(name: string, make: () => Promise<BusHarness>): void {
  withBroker(`${name} as a message bus`, make, (fixture) => {
    describe('produce', () => {
      promisesOfProduce(fixture);
    });
    describe('consume', () => {
      promisesOfConsume(fixture);
    });
    describe('a group', () => {
      promisesOfAssignments(fixture);
    });
    describe('stop and close', () => {
      promisesOfStop(fixture);
    });
    describe('watch and latest', () => {
      promisesOfWatch(fixture);
    });
  });
}

/**
 * Declares the conformance tests of a bus that does not keep everything.
 *
 * @param make such a broker with nothing on it and a first client of it, for one test.
 */
export function describeRetention(name: string, make: () => Promise<RetainingHarness>): void {
  withBroker(`${name} as a bus that does not keep everything`, make, promisesOfRetention);
}

/** Tests of which each has a broker of its own. */
function withBroker<H extends BusHarness>(
  name: string,
  make: () => Promise<H>,
  promises: (fixture: () => H) => void,
): void {
  describe(name, () => {
    jest.setTimeout(testTimeoutMillis);
    let harness: H | undefined;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(async () => {
      await harness?.dispose();
      harness = undefined;
    });
    promises(() => {
      if (harness === undefined) throw new Error('no broker was made');
      return harness;
    });
  });
}
