import { whyNoKafka } from '@headwater/testing';
import type { KafkaBrokerOptions } from '@headwater/testing';
import { startTestBroker } from './test-broker.js';
import type { TestBroker } from './test-broker.js';

/** Specs on one real broker, which is there from the first to the last of them. Where there can be none they are skipped. */
export function describeOnKafka(
  name: string,
  specs: (fixture: () => TestBroker) => void,
  options: Partial<KafkaBrokerOptions> = {},
): void {
  const missing = whyNoKafka();
  const declare = missing === null ? describe : describe.skip;
  declare(missing === null ? name : `${name} (SKIPPED: ${missing})`, () => {
    let broker: TestBroker | undefined;
    beforeAll(async () => {
      broker = await startTestBroker(options);
    });
    afterAll(() => broker?.stop());
    specs(() => {
      if (broker === undefined) throw new Error('no broker was started');
      return broker;
    });
  });
}
