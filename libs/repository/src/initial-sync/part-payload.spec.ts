import { splitDocuments } from '@headwater/oplog';
import { serialize } from 'bson';
import fc from 'fast-check';
import { failure } from '../spec-support/oplog-fixture.js';
import { decodePart, encodePart, type PartContent } from './part-payload.js';

const bson = (fields: object): Buffer => Buffer.from(serialize(fields));

const anyDocument = fc
  .dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.string(), fc.integer()))
  .map((fields) => {
    return bson(fields);
  });
const anySection = fc.record({
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  db: fc.string({ minLength: 1, maxLength: 5 }),
  name: fc.string({ minLength: 1, maxLength: 5 }),
  options: anyDocument,
  idIndex: fc.option(anyDocument),
  first: fc.boolean(),
  documents: fc.array(anyDocument, { maxLength: 4 }),
});
const anyContent: fc.Arbitrary<PartContent> = fc.oneof(
  fc.record({ kind: fc.constant('documents' as const), sections: fc.array(anySection, { maxLength: 12 }) }),
  fc.record({ kind: fc.constant('catalogue' as const), documents: fc.array(anyDocument, { maxLength: 6 }) }),
);

describe('the payload of a part', () => {
  it('comes back as it was, byte by byte', () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        expect(decodePart(encodePart(content))).toEqual(content);
      }),
    );
  });

  it('is one run of BSON documents', () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        const count =
          content.kind === 'catalogue'
            ? content.documents.length
            : content.sections.reduce((sum, { documents }) => sum + documents.length, 0);
        expect(splitDocuments(encodePart(content))).toHaveLength(1 + count);
      }),
    );
  });

  it('keeps options that no decoder would give back: order of fields, types, deprecated ones', () => {
    const odd = Buffer.from(
      '16000000' + '013100' + '000000000000f03f' + '0e3000' + '02000000' + '6100' + '00',
      'hex',
    );
    odd.writeInt32LE(odd.length, 0);
    const section = { uuid: Buffer.alloc(16, 1), db: 'd', name: 'n', first: true, documents: [] };
    const content: PartContent = {
      kind: 'documents',
      sections: [{ ...section, options: odd, idIndex: odd }],
    };
    expect(decodePart(encodePart(content))).toEqual(content);
  });

  it('is refused when it is cut short, goes on behind its end, or is something else', () => {
    const section = {
      uuid: Buffer.alloc(16),
      db: 'd',
      name: 'n',
      first: true,
      options: bson({}),
      idIndex: null,
    };
    const whole = encodePart({
      kind: 'documents',
      sections: [{ ...section, documents: [bson({ a: 1 }), bson({ b: 2 })] }],
    });
    const catalogue = encodePart({ kind: 'catalogue', documents: [bson({ a: 1 })] });
    const wrong = [
      Buffer.alloc(0),
      whole.subarray(0, -1),
      whole.subarray(0, -bson({ b: 2 }).length),
      Buffer.concat([whole, bson({})]),
      Buffer.concat([catalogue, bson({})]),
      Buffer.concat([whole.subarray(0, -bson({ b: 2 }).length), bson({ b: '2' })]),
      bson({ kind: 'other' }),
      bson({ kind: 'documents', sections: [{ db: 'd' }] }),
    ];
    for (const payload of wrong) {
      expect(() => decodePart(payload)).toThrow(failure('REPOSITORY-10010'));
    }
  });
});
