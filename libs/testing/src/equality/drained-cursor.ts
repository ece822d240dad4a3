import type { Document, Long, MongoClient } from 'mongodb';

interface CursorReply {
  readonly cursor: {
    readonly id: Long;
    readonly ns: string;
    readonly firstBatch?: readonly Document[];
    readonly nextBatch?: readonly Document[];
  };
}

/**
 * All results of a command that answers with a cursor, their numbers as the BSON types they are. The driver's own
 * cursors know no `atClusterTime`.
 */
export async function drainedCursor(client: MongoClient, db: string, command: Document): Promise<Document[]> {
  // Without causal consistency the driver adds nothing to the command's read concern.
  return client.withSession({ causalConsistency: false }, async (session) => {
    const ask = async (question: Document): Promise<CursorReply['cursor']> => {
      const reply = await client.db(db).command(question, { session, promoteValues: false });
      return (reply as unknown as CursorReply).cursor;
    };
    let { id, ns, firstBatch: batch = [] } = await ask({ ...command, cursor: { batchSize: 1000 } });
    const results = [...batch];
    while (!id.isZero()) {
      ({
        id,
        ns,
        nextBatch: batch = [],
      } = await ask({ getMore: id, collection: ns.slice(ns.indexOf('.') + 1) }));
      results.push(...batch);
    }
    return results;
  });
}
