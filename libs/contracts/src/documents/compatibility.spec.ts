import { breaksOf } from './compatibility.js';

const kind = { oneOf: [{ const: 'a' }, { const: 'b' }], 'x-grows': true };
const released = {
  type: 'object',
  description: 'As it was.',
  properties: {
    id: { type: 'string', minLength: 1 },
    state: { enum: ['open', 'closed'] },
    phase: { enum: ['begun', 'done'], 'x-grows': true },
    kind,
    at: {
      type: 'object',
      properties: { t: { type: 'integer' } },
      required: ['t'],
      additionalProperties: false,
    },
  },
  required: ['id', 'state', 'at'],
};

/** The released schema with one field changed, or left out. */
const withField = (name: string, field: unknown) => ({
  ...released,
  properties: { ...released.properties, [name]: field },
});

describe('a released schema', () => {
  it('takes optional fields, at any depth, other words for people, and values where it grows', () => {
    const grown = [
      released,
      { ...released, description: 'In other words.', examples: [1] },
      withField('added', { type: 'string' }),
      withField('at', { ...released.properties.at, properties: { t: { type: 'integer' }, i: {} } }),
      withField('phase', { enum: ['begun', 'halfway', 'done'], 'x-grows': true }),
      withField('kind', { ...kind, oneOf: [...kind.oneOf, { const: 'c' }] }),
    ];
    expect(grown.map((current) => breaksOf(released, current))).toEqual(grown.map(() => []));
  });

  it.each([
    [
      'a field that is gone',
      { ...released, properties: { id: released.properties.id } },
      '/properties/state',
    ],
    ['a field that is required now', { ...released, required: ['id', 'state', 'at', 'kind'] }, 'kind'],
    ['a field that may be left out now', { ...released, required: ['id', 'at'] }, 'state'],
    ['another bound', withField('id', { type: 'string', minLength: 2 }), '/properties/id/minLength'],
    ['another type', withField('id', { type: 'integer', minLength: 1 }), '/properties/id/type'],
    [
      'a bound where there was none',
      withField('id', { ...released.properties.id, maxLength: 9 }),
      'maxLength',
    ],
    [
      'a value of a closed enumeration',
      withField('state', { enum: ['open', 'closed', 'lost'] }),
      '/properties/state',
    ],
    [
      'a value that is gone from an open one',
      withField('phase', { enum: ['begun'], 'x-grows': true }),
      '"done"',
    ],
    [
      'a kind that was changed',
      withField('kind', { ...kind, oneOf: [{ const: 'a' }, { const: 'x' }] }),
      '"b"',
    ],
    ['an enumeration that is closed now', withField('phase', { enum: ['begun', 'done'] }), 'x-grows'],
    [
      'a change within a field',
      withField('at', { ...released.properties.at, required: [] }),
      '/properties/at/required',
    ],
  ])('refuses %s, and says where', (_what, current, where) => {
    expect(breaksOf(released, current).join()).toContain(where);
  });
});
