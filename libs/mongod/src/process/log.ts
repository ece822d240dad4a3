import { open, rename, stat } from 'node:fs/promises';

const rotateAboveBytes = 8 * 1024 * 1024;
const readAtMostBytes = 1024 * 1024;

/** Where the log lies unless told otherwise: beside the data directory, which holds nothing but mongod's files. */
export function logFileOf(directory: string): string {
  return `${directory}.mongod.log`;
}

/**
 * Bounds the log of a directory that is opened for ever: a long one is set aside as `<logFile>.1`.
 *
 * @returns where the next start's lines will begin, in bytes.
 */
export async function prepareLog(logFile: string): Promise<number> {
  const { size } = await stat(logFile).catch(() => ({ size: 0 }));
  if (size <= rotateAboveBytes) return size;
  await rename(logFile, `${logFile}.1`);
  return 0;
}

/** Its size in bytes: a log that grows is a process that does something. */
export async function logSize(logFile: string): Promise<number> {
  return (await stat(logFile).catch(() => ({ size: 0 }))).size;
}

/** What the log says went wrong since `from`, one line each; its last lines when it names nothing. */
export async function gistOfLog(logFile: string, from: number): Promise<string> {
  const text = await readEnd(logFile, from);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const bad = lines.filter((line) => /"s":"[FE]"|invariant|fassert|terminate\(\)/i.test(line));
  return (bad.length > 0 ? bad : lines)
    .slice(-6)
    .map((line) => `  ${gistOfLine(line)}`)
    .join('\n');
}

/** Message and error of a structured line; attributes may hold documents and stay where they are. */
export function gistOfLine(line: string): string {
  const parsed = parse(line);
  if (parsed === null) return line.slice(0, 300);
  const error = parsed.attr?.['error'] ?? parsed.attr?.['reason'] ?? parsed.attr?.['msg'];
  const detail = error === undefined ? '' : `: ${typeof error === 'string' ? error : JSON.stringify(error)}`;
  return `${String(parsed.id ?? '')} ${parsed.msg}${detail}`.trim().slice(0, 300);
}

interface LogLine {
  readonly id?: number;
  readonly msg: string;
  readonly attr?: Readonly<Record<string, unknown>>;
}

function parse(line: string): LogLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'msg' in value ? (value as LogLine) : null;
  } catch {
    return null;
  }
}

async function readEnd(logFile: string, from: number): Promise<string> {
  const file = await open(logFile).catch(() => null);
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - readAtMostBytes);
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.max(0, size - start)),
      position: start,
    });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
