/** One line of a service's log: what it wrote as JSON, or `{ text }` for a line that is none. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Collects what a process writes, line by line. The last line counts once it is complete. */
export class JsonLines {
  private readonly lines: LogLine[] = [];
  private readonly rest = { stdout: '', stderr: '' };

  get all(): readonly LogLine[] {
    return this.lines;
  }

  add(text: string, stream: 'stdout' | 'stderr'): void {
    const parts = (this.rest[stream] + text).split('\n');
    this.rest[stream] = parts.pop() ?? '';
    for (const line of parts) this.lines.push(parsed(line));
  }

  /** The last lines, for people. */
  tail(count = 20): string {
    const lines = this.lines.slice(-count).map((line) => JSON.stringify(line).slice(0, 1000));
    return [...lines, this.rest.stdout, this.rest.stderr].filter((line) => line !== '').join('\n');
  }
}

function parsed(line: string): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as LogLine;
  } catch {
    // Not JSON: kept as it is.
  }
  return { text: line };
}
