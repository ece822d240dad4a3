import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicDefinitionsOf } from './topic-definitions.js';
import { topicsOf } from './topics.js';

const document = readFileSync(join(__dirname, '../../../deploy/topics.yaml'), 'utf8');

/** The topics as the document writes them, without its comments. */
function written(): string[] {
  return topicDefinitionsOf(topicsOf(), 3).flatMap(({ topic, partitions, settings }) => [
    `- name: ${topic}`,
    `  partitions: ${partitions}`,
    '  replicas: 3',
    '  config:',
    ...Object.entries(settings).map(([name, { value }]) => `    ${name}: '${value}'`),
  ]);
}

describe('deploy/topics.yaml', () => {
  it('has every topic, with the settings that services make it with', () => {
    const lines = document.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toEqual(written());
  });
});

describe('the definitions of topics', () => {
  it('are those of all topics', () => {
    const topics = topicsOf('shop');
    expect(topicDefinitionsOf(topics, 1).map(({ topic }) => topic)).toEqual(Object.values(topics));
  });

  it('let one broker be away where there are several, and ask one alone for itself', () => {
    const inSync = (replicas: number) =>
      topicDefinitionsOf(topicsOf(), replicas).map(({ settings }) => settings['min.insync.replicas']?.value);
    expect(new Set(inSync(3))).toEqual(new Set(['2']));
    expect(new Set(inSync(1))).toEqual(new Set(['1']));
  });
});
