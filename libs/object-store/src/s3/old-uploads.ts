import type { Connection } from './connection.js';
import type { Operations } from './operations.js';
import type { Probe } from './probe.js';
import { abandon } from './upload.js';
import { elementsOf, rootElement, textOf } from './xml.js';

/** No upload lasts a thousandth of it. */
const oneDayMillis = 86_400_000;

/**
 * Aborts the uploads below the prefix that were begun more than a day ago by the server's clock: their writers died. A user
 * who may not list them leaves them to the bucket's lifecycle, and so does a server that lists none.
 */
export async function clearOldUploads(
  connection: Connection,
  operations: Operations,
  { root, signal }: Probe,
): Promise<void> {
  const answer = await connection.send({ method: 'GET', query: { uploads: '', prefix: root }, signal });
  const listed = answer.status === 200 ? rootElement(answer.body, 'ListMultipartUploadsResult') : null;
  const now = Date.parse(answer.header('date') ?? '');
  if (listed === null || Number.isNaN(now)) return;
  for (const upload of elementsOf(listed, 'Upload')) {
    const [name, uploadId] = [textOf(upload, 'Key'), textOf(upload, 'UploadId')];
    const age = now - Date.parse(textOf(upload, 'Initiated') ?? '');
    if (name?.startsWith(root) === true && uploadId !== undefined && age > oneDayMillis) {
      await abandon(connection, operations, { name, uploadId });
    }
  }
}
