import { restoreErrors } from '../restore-errors.js';
import { verify } from './verification.js';

const at = (t: number, term = 1) => ({ ts: { t, i: 1 }, term });
const seen = {
  top: at(10),
  begin: at(10),
  collections: [{ ns: 'a.b', documents: 3 }],
  mongodVersion: '6.0.5',
};
const files = { files: 4, bytes: 4096 };

describe('a restore', () => {
  it('is verified when both ends of its oplog are what was restored', () => {
    expect(verify(at(10), seen, files)).toMatchObject({
      filesVerified: 4,
      bytesVerified: 4096,
      oplogTop: { t: 10, i: 1 },
      collections: [{ ns: 'a.b', documents: 3 }],
    });
  });

  it('is refused when an end is missing, another one, or of another term', () => {
    const failed = restoreErrors.verificationFailed.code;
    for (const wrong of [
      { top: null },
      { begin: null },
      { top: at(11) },
      { begin: at(9) },
      { top: at(10, 2) },
    ]) {
      expect(() => verify(at(10), { ...seen, ...wrong }, files)).toThrow(
        expect.objectContaining({ code: failed }) as Error,
      );
    }
  });

  it('names some collections and counts all of them', () => {
    const collections = Array.from({ length: 3000 }, (_, n) => ({
      ns: `a.${String(n).padStart(4, '0')}`,
      documents: 2,
    }));
    const verification = verify(at(10), { ...seen, collections }, files);
    expect(verification.collections).toEqual(collections.slice(0, 200));
    expect(verification).toMatchObject({
      collectionsTotal: 3000,
      documentsTotal: 6000,
      collectionsTruncated: true,
    });
    expect(verify(at(10), seen, files)).toMatchObject({ collectionsTotal: 1, collectionsTruncated: false });
  });
});
