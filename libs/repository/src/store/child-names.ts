import type { ObjectStore } from '@headwater/object-store';

/** The character behind '/': with it in its place, a key stands behind all keys below that folder. */
const behindSlash = '0';

/**
 * The names of the folders directly below `folder` (which ends in '/'), ascending by their keys. One short listing for each:
 * what lies below them is skipped.
 */
export async function childNames(store: ObjectStore, folder: string): Promise<string[]> {
  const names: string[] = [];
  for (let startAfter: string | null = ''; startAfter !== null;) {
    const child: string | null = await firstFolder(store, folder, startAfter);
    startAfter = child === null ? null : `${folder}${child}${behindSlash}`;
    if (child !== null) {
      names.push(child);
    }
  }
  return names;
}

async function firstFolder(store: ObjectStore, folder: string, startAfter: string): Promise<string | null> {
  for await (const { key } of store.list(folder, { startAfter })) {
    const end = key.indexOf('/', folder.length);
    if (end >= 0) {
      return key.slice(folder.length, end);
    }
  }
  return null;
}
