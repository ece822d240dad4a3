import { JsonLines } from './json-lines.js';

describe('JsonLines', () => {
  it('puts lines together that arrive in pieces, each stream by itself', () => {
    const lines = new JsonLines();
    lines.add('{"a":', 'stdout');
    lines.add('warning\n', 'stderr');
    lines.add('1}\n{"b":2}\n{"c"', 'stdout');
    expect(lines.all).toEqual([{ text: 'warning' }, { a: 1 }, { b: 2 }]);
  });

  it('keeps a line that is no JSON object as text', () => {
    const lines = new JsonLines();
    lines.add('42\n[1]\n{broken\n', 'stdout');
    expect(lines.all).toEqual([{ text: '42' }, { text: '[1]' }, { text: '{broken' }]);
  });

  it('shows the last lines and what is not complete yet', () => {
    const lines = new JsonLines();
    lines.add('one\ntwo\nthr', 'stdout');
    expect(lines.tail(1)).toBe('{"text":"two"}\nthr');
  });
});
