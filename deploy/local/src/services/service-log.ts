import { copyFile, mkdir, open, rename, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

const setAsideAboveBytes = 16 * 1024 * 1024;
/** Where there is no room for what is set aside, the log is emptied rather than grow on. */
const emptiedAboveBytes = 4 * setAsideAboveBytes;
const readAtMostBytes = 256 * 1024;

/** The log file of a service; runs are appended to it. With what is set aside it takes about 32 MiB. */
export class ServiceLog {
  private constructor(
    readonly path: string,
    /** Where this run begins, in bytes. */
    private from: number,
  ) {}

  /** Makes its directory; a long log of earlier runs is set aside as `<path>.1`. */
  static async open(path: string): Promise<ServiceLog> {
    await mkdir(dirname(path), { recursive: true });
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size <= setAsideAboveBytes) return new ServiceLog(path, size);
    await rename(path, `${path}.1`);
    return new ServiceLog(path, 0);
  }

  /**
   * Sets aside what has become long as `<path>.1`, in place of what was there, and begins anew; the process goes on
   * writing to the same file, to whose end it appends. Lines that it writes in that very moment may be lost.
   */
  async bound(): Promise<void> {
    const { size } = await stat(this.path);
    if (size <= setAsideAboveBytes) return;
    try {
      await copyFile(this.path, `${this.path}.1`);
    } catch (error) {
      if (size <= emptiedAboveBytes) throw error;
    }
    await truncate(this.path);
    this.from = 0;
  }

  /** The last lines of this run, for people. */
  async lastLines(count: number): Promise<string[]> {
    const lines = (await this.text()).split('\n').filter((line) => line.trim() !== '');
    return lines.slice(-count).map(readableLine);
  }

  /** What this run has logged, or the last part of it. */
  async text(): Promise<string> {
    const file = await open(this.path).catch(() => null);
    if (file === null) return '';
    try {
      const { size } = await file.stat();
      const start = Math.max(this.from, size - readAtMostBytes);
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(Math.max(0, size - start)),
        position: start,
      });
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

const longestLine = 400;

/** Time, level, message and error of a structured line; other lines as they are. */
export function readableLine(line: string): string {
  const parsed = parse(line);
  if (parsed === null) return line.slice(0, longestLine);
  const { time = '', level = '', msg = '', err } = parsed;
  const because = err?.message === undefined || msg.includes(err.message) ? '' : `: ${err.message}`;
  const solution = err?.solution === undefined ? '' : ` (${err.code ?? ''}: ${err.solution})`;
  return `${time.slice(11, 19)} ${level.toUpperCase().padEnd(5)} ${msg}${because}${solution}`.slice(
    0,
    longestLine,
  );
}

interface LogLine {
  readonly time?: string;
  readonly level?: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly code?: string; readonly solution?: string };
}

function parse(line: string): LogLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'msg' in value ? (value as LogLine) : null;
  } catch {
    return null;
  }
}
