import type { Connection } from './connection.js';
import type { Operations } from './operations.js';
import type { Probe } from './probe.js';
import { abandon } from './upload.js';
import { elementsOf, rootElement, textOf } from './xml.js';

/**
 * Aborts the uploads below the prefix that were begun more than a day ago, unless told otherwise, by the server's clock: their writers died. A user
 * who may not list them leaves them to the bucket's lifecycle, and so does a server that lists none.
 */
export async function clearOldUploads(
  connection: Connection,
  operations: Operations,
  { root, signal }: Probe,
): Promise<void> {
  // MinIO knows uploads by no prefix but the empty one.
  for (const prefix of new Set([root, ''])) {
    const answer = await connection.send({ method: 'GET', query: { uploads: '', prefix }, signal });
    const listed = answer.status === 200 ? rootElement(answer.body, 'ListMultipartUploadsResult') : null;
    const before = Date.parse(answer.header('date') ?? '') - connection.deadlines.abandonedMillis;
    for (const upload of listed === null ? [] : elementsOf(listed, 'Upload')) {
      const [name, uploadId] = [textOf(upload, 'Key'), textOf(upload, 'UploadId')];
      const isOld = Date.parse(textOf(upload, 'Initiated') ?? '') < before;
      if (isOld && name?.startsWith(root) === true && uploadId !== undefined) {
        await abandon(connection, operations, { name, uploadId });
      }
    }
  }
}
