import { readFile, writeFile } from 'node:fs/promises';
import type { OwnReplicaSet } from './own-replica-set.js';

/** Notes which replica set a data directory is about; neither where it is nor how it is entered. */
export async function noteSource(file: string, { replicaSet, series }: OwnReplicaSet): Promise<void> {
  await writeFile(file, `${JSON.stringify({ replicaSet, series })}\n`);
}

/** What was noted, unless the URI names another replica set; null when nothing was. */
export async function notedSource(file: string, uri: string): Promise<OwnReplicaSet | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const noted = parse(text);
  const named = /[?&]replicaSet=([^&]*)/.exec(uri)?.[1];
  if (noted === null || (named !== undefined && decodeURIComponent(named) !== noted.replicaSet)) return null;
  return noted;
}

/** A file that was cut short by a crash says nothing. */
function parse(text: string): OwnReplicaSet | null {
  try {
    const { replicaSet, series } = JSON.parse(text) as { [K in keyof OwnReplicaSet]?: unknown };
    return typeof replicaSet === 'string' && typeof series === 'string' ? { replicaSet, series } : null;
  } catch {
    return null;
  }
}
