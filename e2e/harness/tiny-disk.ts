import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own in memory: small, or read-only. Only who may mount has one. */
export class TinyDisk {
  /** Whether this machine lets us mount. */
  static available(): boolean {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
    const directory = mkdtempSync(join(tmpdir(), 'hw-e2e-mount-'));
    try {
      new TinyDisk(directory, 'size=1m').unmount();
      return true;
    } catch {
      return false;
    } finally {
      rmdirSync(directory);
    }
  }

  /** @param options of the mount: `size=64m`, `ro`. */
  constructor(
    readonly path: string,
    options: string,
  ) {
    mkdirSync(path, { recursive: true });
    run('mount', ['-t', 'tmpfs', '-o', options, 'headwater-e2e', path]);
  }

  unmount(): void {
    run('umount', [this.path]);
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new Error(`${command} failed: ${stderr || String(error)}`);
}
