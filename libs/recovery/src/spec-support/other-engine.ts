import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A process that runs one operation of a RecoveryEngine from the sources, to be killed in the middle of it. */
export class OtherEngine {
  private readonly phases: string[] = [];
  private readonly waiting: (() => void)[] = [];

  private constructor(private readonly child: ChildProcess) {
    if (child.stdout === null) throw new Error('the other process has no output');
    createInterface(child.stdout).on('line', (line) => {
      this.phases.push(line);
      for (const wake of this.waiting.splice(0)) wake();
    });
    child.once('exit', () => {
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  /**
   * @param store the directory of the store.
   * @param operation an expression that calls `engine` with `archive` and `onProgress`, all of them in scope.
   */
  static run(binary: object, store: string, operation: string): OtherEngine {
    const sources = (lib: string): string => JSON.stringify(join(__dirname, '../../..', lib));
    const program = `
      ${resolveSources}
      const { RecoveryEngine } = await import(${sources('recovery/src/index.ts')});
      const { Repository } = await import(${sources('repository/src/index.ts')});
      const { DirectoryStore } = await import(${sources('object-store/src/directory/index.ts')});
      const { systemClock } = await import(${sources('clock/src/index.ts')});
      const engine = new RecoveryEngine({ mongods: async () => (${JSON.stringify(binary)}), clock: systemClock });
      const repository = await Repository.open(await DirectoryStore.open(${JSON.stringify(store)}));
      const archive = repository.deployment('spec').replicaSet('rs0');
      const onProgress = ({ phase }) => console.log(phase);
      await ${operation};
      console.log('done');`;
    const args = ['--experimental-transform-types', '--no-warnings', '--conditions=@headwater/source'];
    return new OtherEngine(
      spawn('node', [...args, '--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
  }

  /** Resolves when it has reported the phase that often. @throws Error when it ends before. */
  async reached(phase: string, times = 1): Promise<void> {
    while (this.phases.filter((reported) => reported === phase).length < times) {
      if (this.ended) throw new Error(`the other process ended; it reported ${this.phases.join()}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Its mongod lives on. */
  async kill9(): Promise<void> {
    if (this.ended) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

/** The sources name each other as they are called after the build. */
const resolveSources = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith('.') || !specifier.endsWith('.js')) return next(specifier, context);
      try { return next(specifier.slice(0, -2) + 'ts', context); } catch { return next(specifier, context); }
    },
  });
`;
