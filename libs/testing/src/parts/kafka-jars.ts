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

/** The version of the broker that tests and the launcher run. */
export const kafkaVersion = '4.1.0';

/** Jars from Maven that lie in one folder. */
interface JarSet {
  readonly says: string;
  /** Below the cache. */
  readonly folder: readonly string[];
  /** `<group>:<artifact>:<version>`. */
  readonly artifacts: readonly string[];
  /** Without what they depend on. */
  readonly alone?: true;
  /** Of the lines `<sha256 of a jar>  <its name>\n`, by name. */
  readonly sha256: string;
}

/** Kafka's own jars: the broker, what it needs, and what makes it write a log; 46 files. */
const brokerJars: JarSet = {
  says: `Kafka ${kafkaVersion} (43 MB)`,
  folder: ['kafka', kafkaVersion],
  artifacts: [
    `org.apache.kafka:kafka_2.13:${kafkaVersion}`,
    'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
  ],
  sha256: 'ed221617419d07bb7659b744f3b4c53389f757df65c937c410a73b099b49d884',
};

/** The command line tools, on top of the broker's jars. */
const toolJars: JarSet = {
  says: `the tools of Kafka ${kafkaVersion} (600 KB)`,
  folder: ['kafka-tools', kafkaVersion],
  artifacts: [`org.apache.kafka:kafka-tools:${kafkaVersion}`],
  alone: true,
  sha256: 'ca10188154b284d82515212c61abb27717973dcf3450611c27c8ce480e46263b',
};

const downloadMillis = 600_000;

export interface KafkaJarsOptions {
  /** The jars lie below it; that of the services by default. */
  readonly cacheDirectory?: string;
  onProgress?(line: string): void;
}

/**
 * Why specs cannot have a broker here, which they say in the name of what they skip; null when they can, and always where
 * `CI` is set: there a missing part is a failure. Looks only, and obtains nothing.
 */
export function whyNoKafka(options: KafkaJarsOptions = {}): string | null {
  return process.env['CI'] ? null : whyMissing([brokerJars], options);
}

/** The same of a broker and its command line tools. */
export function whyNoKafkaTools(options: KafkaJarsOptions = {}): string | null {
  return process.env['CI'] ? null : whyMissing([brokerJars, toolJars], options);
}

function whyMissing(sets: readonly JarSet[], options: KafkaJarsOptions): string | null {
  if (!answers('java', ['-version'])) {
    return 'a Kafka broker needs Java 17 or later: there is no java on PATH';
  }
  const missing = sets.find((set) => !existsSync(folderOf(set, options)));
  if (missing === undefined || answers('mvn', ['-version'])) return null;
  const folder = folderOf(missing, options);
  return `${missing.says} is not in ${folder}, and there is no mvn on PATH that could obtain it`;
}

/**
 * The folder with the jars of the pinned version, obtained by Maven if it is not in the cache. It appears there whole or
 * not at all.
 *
 * @throws Error when Maven fails or delivers other bytes than the pinned ones.
 */
export function kafkaJars(options: KafkaJarsOptions = {}): Promise<string> {
  return obtain(brokerJars, options);
}

/** The folders with the jars of the command line tools: theirs, and the broker's. Throws as `kafkaJars`. */
export function kafkaToolJars(options: KafkaJarsOptions = {}): Promise<readonly string[]> {
  return Promise.all([obtain(brokerJars, options), obtain(toolJars, options)]);
}

async function obtain(set: JarSet, options: KafkaJarsOptions): Promise<string> {
  const folder = folderOf(set, options);
  if (existsSync(folder)) return folder;
  const parent = join(folder, '..');
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, '.install-'));
  try {
    options.onProgress?.(`downloading ${set.says} from Maven`);
    const jars = await download(set, work);
    const found = await digestOf(jars);
    if (found !== set.sha256) {
      throw new Error(`Maven delivered others than the pinned jars of ${set.says}: ${found}`);
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

function folderOf({ folder }: JarSet, { cacheDirectory }: KafkaJarsOptions): string {
  const cache =
    cacheDirectory ?? process.env['HEADWATER_CACHE_DIRECTORY'] ?? join(homedir(), '.cache', 'headwater');
  return join(cache, ...folder);
}

async function download(set: JarSet, work: string): Promise<string> {
  const project = join(work, 'pom.xml');
  const jars = join(work, 'jars');
  await writeFile(project, projectFile(set));
  const goal = ['-q', '-B', '-f', project, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`];
  if (set.alone) goal.push('-DexcludeTransitive=true');
  await run('mvn', goal, { timeout: downloadMillis }).catch((cause: unknown) => {
    throw new Error(`Maven could not download ${set.says}: ${messageOf(cause)}`, { cause });
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

function projectFile({ artifacts }: JarSet): string {
  const dependencies = artifacts.map((name) => {
    const [group = '', artifact = '', version = ''] = name.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
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
