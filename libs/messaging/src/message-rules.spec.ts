import { checkGroup, checkMessages, checkTopic, maximumValueBytes } from './message-rules.js';

const message = { key: 'key', headers: {}, value: null };

describe('what may travel on a bus', () => {
  it.each(['', 'a b', 'a/b', 'ü', 'x'.repeat(250)])('refuses the topic name %j', (topic) => {
    expect(() => {
      checkTopic(topic);
    }).toThrow(expect.objectContaining({ code: 'MESSAGING-10001' }) as Error);
  });

  it('takes keys and headers of any text, and values up to the limit', () => {
    checkMessages('headwater.events.v1', [
      { key: '', headers: {}, value: null },
      { key: 'a/%2F ü 🌊', headers: { ce_subject: 'line\nbreak 🌊', empty: '' }, value: Buffer.alloc(0) },
      { ...message, key: 'k'.repeat(1024), value: Buffer.alloc(maximumValueBytes) },
    ]);
  });

  it.each([
    ['a key above 1,024 bytes', { ...message, key: 'ü'.repeat(513) }],
    ['half a surrogate pair in a key', { ...message, key: '\ud800' }],
    ['a key with U+0000', { ...message, key: 'a\0b' }],
    ['a header without a name', { ...message, headers: { '': 'x' } }],
    ['half a surrogate pair in a header', { ...message, headers: { a: '\udc00' } }],
    ['headers above 64 KiB', { ...message, headers: { a: 'x'.repeat(65_536) } }],
  ])('refuses %s', (_what, bad) => {
    expect(() => {
      checkMessages('topic', [message, bad]);
    }).toThrow(expect.objectContaining({ code: 'MESSAGING-90002' }) as Error);
  });

  it('refuses a value above the limit', () => {
    expect(() => {
      checkMessages('topic', [{ ...message, value: Buffer.alloc(maximumValueBytes + 1) }]);
    }).toThrow(expect.objectContaining({ code: 'MESSAGING-90003' }) as Error);
  });

  it.each([
    ['no name', '', ['a']],
    ['no topic', 'group', []],
    ['a topic twice', 'group', ['a', 'a']],
  ])('refuses a group with %s', (_what, group, topics) => {
    expect(() => {
      checkGroup(group, topics);
    }).toThrow(expect.objectContaining({ code: 'MESSAGING-90001' }) as Error);
  });
});
