import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { copy } from './build-context.js';
import type { Dockerfile, Instruction, Stage } from './dockerfile.js';
import { workspace } from './workspace.js';

const run = promisify(execFile);

export interface ImageBuildOptions {
  /** Each stage becomes a folder in it. */
  readonly folder: string;
  readonly dockerfile: Dockerfile;
  readonly args: Readonly<Record<string, string>>;
  /** Commands that are done in another way, by their text; they get the folder that they would run in. */
  readonly instead: Readonly<Record<string, (folder: string) => Promise<void>>>;
}

/** They change the system that an image begins with, which is not there without an engine. */
const ofEngines = /^(apt-get update|install -d -o)/;

/** Runs the commands of deploy/Dockerfile, and makes its copies, in folders in place of images. */
export class ImageBuild {
  /** Commands that only an engine can run. */
  readonly leftOut: string[] = [];
  private readonly built = new Map<string, Promise<string>>();

  constructor(private readonly options: ImageBuildOptions) {}

  /** The folder that stands for the root of the stage's image. @throws Error with what a command said */
  stage(name: string): Promise<string> {
    const known = this.built.get(name) ?? this.build(name);
    this.built.set(name, known);
    return known;
  }

  /** Where commands of the stage run. */
  workingDirectoryOf(name: string): string {
    return this.options.dockerfile.last('WORKDIR', name) ?? '/';
  }

  private async build(name: string): Promise<string> {
    const { dockerfile, folder } = this.options;
    const stage = dockerfile.stage(name);
    if (stage === null) throw new Error(`deploy/Dockerfile has no stage ${name}`);
    const root = join(folder, name);
    if (dockerfile.stage(stage.from) === null) await mkdir(root, { recursive: true });
    else await run('cp', ['-al', await this.stage(stage.from), root]);
    const cwd = join(root, this.workingDirectoryOf(name));
    await mkdir(cwd, { recursive: true });
    for (const instruction of stage.instructions) await this.follow(instruction, stage, cwd);
    return root;
  }

  private async follow({ name, text }: Instruction, stage: Stage, cwd: string): Promise<void> {
    if (name === 'COPY') await this.copy(text, cwd);
    if (name !== 'RUN') return;
    const other = this.options.instead[text];
    if (ofEngines.test(text)) this.leftOut.push(text);
    else if (other !== undefined) await other(cwd);
    else await this.command(text, stage, cwd);
  }

  private async command(text: string, stage: Stage, cwd: string): Promise<void> {
    const named = stage.instructions.filter(({ name }) => name === 'ARG').map((one) => one.text);
    const args = Object.fromEntries(named.map((name) => [name, this.options.args[name] ?? '']));
    // As on this machine, where registries may be known by settings; what npm has at hand it need not ask for again.
    const env = { ...process.env, npm_config_prefer_offline: 'true', ...args };
    await run('sh', ['-c', text], { cwd, env, maxBuffer: 2 ** 26 }).catch((error: unknown) => {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`RUN ${text}\n${stdout.slice(-2000)}${stderr.slice(-2000)}`, { cause: error });
    });
  }

  private async copy(text: string, cwd: string): Promise<void> {
    const words = text.split(' ');
    const from = /^--from=(\S+)$/.exec(words[0] ?? '')?.[1];
    const paths = from === undefined ? words : words.slice(1);
    const target = paths.at(-1) ?? '';
    const base = from === undefined ? workspace : await this.stage(from);
    for (const source of paths.slice(0, -1)) {
      if (isAbsolute(source) !== (from !== undefined)) throw new Error(`COPY ${text}: ${source}`);
      await copy(join(base, source), join(cwd, target), from === undefined);
    }
  }
}
