import type { MongodBinary } from '@headwater/mongod';
import type { DataDirectory } from '../data-directory/data-directory.js';
import { bytes, count } from '../output/quantities.js';
import type { Run } from '../run.js';
import { keepPartRunning } from '../services/kept-part.js';
import { obtainMongod } from './mongod.js';
import { greetReplicaSet } from './own-replica-set.js';
import { Sample, sampleName } from './sample.js';
import { shopSize } from './shop.js';

/** What is protected. */
export interface Source {
  readonly uri: string;
  readonly replicaSet: string;
  /** Of the same major and minor version as its servers. */
  readonly binary: MongodBinary;
  /** Null when it is the user's own. */
  readonly sample: Sample | null;
}

/** The user's own replica set where there is a URI, else a sample. */
export async function chooseSource(run: Run, directory: DataDirectory): Promise<Source> {
  const { options, environment, report, clock, stop } = run;
  const { signal } = stop;
  if (options.uri === null) {
    const binary = await obtainMongod({ environment, report, signal });
    const sample = await startSample(run, directory, binary);
    return { uri: sample.uri, replicaSet: sampleName, binary, sample };
  }
  const greeting = { report, clock, signal, sourceFile: directory.sourceFile };
  const { replicaSet, series } = await greetReplicaSet(options.uri, greeting);
  const binary = await obtainMongod({ series, environment, report, signal });
  return { uri: options.uri, replicaSet, binary, sample: null };
}

async function startSample(run: Run, directory: DataDirectory, binary: MongodBinary): Promise<Sample> {
  const { report, clock, closings, stop } = run;
  const step = report.begin('sample', 'Sample replica set: a small shop, under a live write load');
  const starting = () => Sample.start({ binary, directory: directory.sample, clock });
  const sample = await closings.begin('sample replica set', starting, {
    close: (started) => started.stop(),
    kill: (started) => {
      started.kill();
    },
    signal: stop.signal,
  });
  const part = { name: 'sample', what: 'the mongod of the sample', log: directory.sample } as const;
  keepPartRunning({ ...part, running: () => sample.running, restart: () => sample.restart() }, run);
  step.note(`one mongod at ${sample.host}`, { uri: sample.uri });
  const seeded = await sample.seed(step, stop.signal);
  sample.beginWriting();
  const size = await sample.sizeBytes();
  const { documents } = shopSize;
  const made = seeded === 'seeded' ? 'made' : 'there from an earlier run';
  step.done(`${count(documents)} documents, ${bytes(size)}, ${made}; from now on about 200 writes a second`, {
    uri: sample.uri,
    documents,
    bytes: size,
    seeded,
  });
  return sample;
}
