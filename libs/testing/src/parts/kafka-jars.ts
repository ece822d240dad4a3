import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { messageOf } from '@headwater/errors';

const run = promisify(execFile);

/** Kafka's own jars from Maven: the broker, what it needs, and what makes it write a log; 46 files. */
const kafka = {
  group: 'org.apache.kafka',
  artifact: 'kafka_2.13',
  version: '4.1.0',
  logging: { group: 'org.apache.logging.log4j', artifact: 'log4j-slf4j-impl', version: '2.24.3' },
  /** Of the lines `<sha256 of a jar>  <its name>\n`, by name. */
  sha256: 'ed221617419d07bb7659b744f3b4c53389f757df65c937c410a73b099b49d884',
};

const downloadMillis = 600_000;

/** The version of the broker that tests and the launcher run. */
export const kafkaVersion = kafka.version;

export interface KafkaJarsOptions {
  /** The jars lie in `<cacheDirectory>/kafka/<version>`; that of the services by default. */
  readonly cacheDirectory?: string;
  onProgress?(line: string): void;
}

/**
 * Why specs cannot have a broker here, which they say in the name of what they skip; null when they can, and always where
 * `CI` is set: there a missing part is a failure. Looks only, and obtains nothing.
 */
export function whyNoKafka(options: KafkaJarsOptions = {}): string | null {
  return process.env['CI'] ? null : whyMissing(options);
}

function whyMissing(options: KafkaJarsOptions): string | null {
  if (!answers('java', ['-version'])) {
    return 'a Kafka broker needs Java 17 or later: there is no java on PATH';
  }
  if (existsSync(folderOf(options)) || answers('mvn', ['-version'])) return null;
  return `Kafka ${kafka.version} is not in ${folderOf(options)}, and there is no mvn on PATH that could obtain it`;
}

/**
 * The folder with the jars of the pinned version, obtained by Maven if it is not in the cache. It appears there whole or
 * not at all.
 *
 * @throws Error when Maven fails or delivers other bytes than the pinned ones.
 */
export async function kafkaJars(options: KafkaJarsOptions = {}): Promise<string> {
  const folder = folderOf(options);
  if (existsSync(folder)) return folder;
  const parent = join(folder, '..');
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, '.install-'));
  try {
    options.onProgress?.(`downloading Kafka ${kafka.version} (43 MB, ${kafka.group} from Maven)`);
    const jars = await download(work);
    const found = await digestOf(jars);
    if (found !== kafka.sha256) {
      throw new Error(`Maven delivered another Kafka ${kafka.version} than the pinned one (${found})`);
    }
    await rename(jars, folder).catch(async (error: unknown) => {
      // Somebody else was first.
      if (!(await stat(folder).catch(() => null))) throw error;
    });
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function folderOf({ cacheDirectory }: KafkaJarsOptions): string {
  const cache =
    cacheDirectory ?? process.env['HEADWATER_CACHE_DIRECTORY'] ?? join(homedir(), '.cache', 'headwater');
  return join(cache, 'kafka', kafka.version);
}

async function download(work: string): Promise<string> {
  const project = join(work, 'pom.xml');
  const jars = join(work, 'jars');
  await writeFile(project, projectFile());
  const goal = ['-q', '-B', '-f', project, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`];
  await run('mvn', goal, { timeout: downloadMillis }).catch((cause: unknown) => {
    throw new Error(`Maven could not download Kafka ${kafka.version}: ${messageOf(cause)}`, { cause });
  });
  return jars;
}

async function digestOf(folder: string): Promise<string> {
  const whole = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), hash);
    whole.update(`${hash.digest('hex')}  ${name}\n`);
  }
  return whole.digest('hex');
}

function projectFile(): string {
  const dependencies = [kafka, kafka.logging].map(
    ({ group, artifact, version }) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>headwater</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`;
}

function answers(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
