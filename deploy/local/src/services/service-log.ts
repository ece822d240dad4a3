import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const setAsideAboveBytes = 16 * 1024 * 1024;
const readAtMostBytes = 256 * 1024;

/** The log file of a service; runs are appended to it. */
export class ServiceLog {
  private constructor(
    readonly path: string,
    /** Where this run begins, in bytes. */
    private readonly from: number,
  ) {}

  /** Makes its directory; a long log of earlier runs is set aside as `<path>.1`. */
  static async open(path: string): Promise<ServiceLog> {
    await mkdir(dirname(path), { recursive: true });
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size <= setAsideAboveBytes) return new ServiceLog(path, size);
    await rename(path, `${path}.1`);
    return new ServiceLog(path, 0);
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
