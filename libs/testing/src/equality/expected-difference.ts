/** What may differ between a source and its copy though nothing is wrong. */
export interface ExpectedDifference {
  readonly namespaces: RegExp;
  readonly reason: string;
  /** `copy window`: only until one cycle after an initial sync. */
  readonly when: 'always' | 'copy window';
}

export const expectedDifferences: readonly ExpectedDifference[] = [
  {
    namespaces: /^local\./,
    reason: 'local is not replicated: it is the oplog and the state of one server',
    when: 'always',
  },
  {
    namespaces: /\.system\.profile$/,
    reason: 'the profiler writes on each server by itself',
    when: 'always',
  },
  {
    namespaces: /^config\.system\.sessions$/,
    reason: 'a running server renews and expires sessions in it by itself',
    when: 'always',
  },
  {
    namespaces: /^config\.cache\./,
    reason: 'a shard refreshes its copy of the routing tables by itself',
    when: 'always',
  },
  {
    namespaces: /^config\.image_collection$/,
    reason: 'images of findAndModify commands inside the copy window are not in the oplog',
    when: 'copy window',
  },
  {
    namespaces: /^config\.system\.preimages$/,
    reason:
      'pre-images written between the copy of this collection and the stop of the copy are not in the oplog',
    when: 'copy window',
  },
];

/** @param copyWindow whether what an initial sync cannot carry over is expected to differ as well. */
export function mayDiffer(namespace: string, copyWindow: boolean): boolean {
  return expectedDifferences.some(
    ({ namespaces, when }) => (when === 'always' || copyWindow) && namespaces.test(namespace),
  );
}
