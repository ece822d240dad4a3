import { KafkaBroker, kafkaVersion } from '@headwater/testing';
import type { DataDirectory } from '../data-directory/data-directory.js';
import type { Run } from '../run.js';
import { keepPartRunning } from '../services/kept-part.js';
import { cacheOf } from './servers-cache.js';

/** The brokers that HEADWATER_KAFKA_BROKERS names; without it one of our own, without Docker, in the data directory. */
export async function provideKafka(run: Run, directory: DataDirectory): Promise<NodeJS.ProcessEnv> {
  const { environment, report, closings, stop } = run;
  const step = report.begin('bus', 'Kafka: what the services tell each other');
  const named = environment['HEADWATER_KAFKA_BROKERS'];
  if (named) {
    step.done(`the one at ${named}`, { brokers: named });
    return { HEADWATER_BUS: 'kafka' };
  }
  const onProgress = (line: string): void => {
    step.note(line);
  };
  const options = { directory: directory.kafka, onProgress, ...cacheOf(environment) };
  const broker = await closings.begin('kafka', () => KafkaBroker.start(options), {
    close: (begun) => begun.stop(),
    kill: (begun) => void begun.kill9(),
    signal: stop.signal,
  });
  const part = { name: 'kafka', what: 'the Kafka broker', log: directory.kafka } as const;
  keepPartRunning({ ...part, running: () => broker.running, restart: () => broker.start() }, run);
  const { address, pid } = broker;
  step.done(`version ${kafkaVersion}, one node at ${address}`, { brokers: address, pid });
  return {
    HEADWATER_BUS: 'kafka',
    HEADWATER_KAFKA_BROKERS: address,
    HEADWATER_KAFKA_TOPICS: 'manage',
    HEADWATER_KAFKA_REPLICAS: '1',
  };
}
