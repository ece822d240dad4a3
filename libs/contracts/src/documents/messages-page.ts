import { messageCatalogue } from '../catalogue/message-catalogue.js';
import type { MessageContract } from '../catalogue/message-contract.js';
import { topicContracts } from '../catalogue/topic-contracts.js';
import type { TopicContract } from '../catalogue/topic-contracts.js';
import type { TopicRetention } from '../topic-retention.js';
import type { Example } from './json-schema.js';

const introduction = `# Messages

Every type of message on the bus, with an example. Generated from the code (\`node tools/contract-documents.cjs\`); the schemas are in
[libs/contracts/schemas](../libs/contracts/schemas), the same as one AsyncAPI document in
[asyncapi.json](../libs/contracts/asyncapi.json). How to subscribe, and what is promised: [subscribing.md](subscribing.md).
`;

export interface MessagesPageOptions {
  readonly examplesOf: (type: string) => readonly Example[];
  /** Such as are refused. */
  readonly refusedOf: (type: string) => readonly Refused[];
}

export interface Refused {
  /** What is wrong, as in the file's name. */
  readonly name: string;
  /** JSON pointer to it. */
  readonly wrong: string;
}

/** docs/messages.md: what there is on each topic, for people. */
export function messagesPageOf({ examplesOf, refusedOf }: MessagesPageOptions): string {
  const sections = topicContracts.map(({ topic, name }) => {
    const contracts = messageCatalogue.filter((contract) => contract.topic === topic);
    const messages = contracts.map((contract) =>
      messageSection(contract, examplesOf(contract.type), refusedOf(contract.type)),
    );
    return [`## ${name}\n`, ...messages].join('\n');
  });
  return [introduction, topicTable(), ...sections].join('\n');
}

function topicTable(): string {
  const rows = topicContracts.map(
    ({ name, key, carries, audience, retention }: TopicContract) =>
      `| \`${name}\` | \`${key}\` | ${retentionText(retention)} | ${audience} | ${carries} |`,
  );
  return `${['| topic | key | kept | for | carries |', '|---|---|---|---|---|', ...rows].join('\n')}\n`;
}

function retentionText(retention: TopicRetention): string {
  if (retention.cleanup === 'compact') return 'the latest of each key';
  const hours = retention.maxAgeSeconds / 3600;
  return hours % 24 === 0 && hours > 72 ? `${hours / 24} days` : `${hours} hours`;
}

function messageSection(
  { type, says, writers, key, content }: MessageContract,
  examples: readonly Example[],
  refused: readonly Refused[],
): string {
  const what = content.kind === 'json' ? '' : ` Its value is ${content.what}; these are its headers.`;
  const shown = examples
    .slice(0, 1)
    .map(({ value }) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`\n`);
  const others = examples.slice(1).map(({ name }) => linkTo(type, name));
  const wrong = refused.map((one) => `${linkTo(type, one.name, 'invalid/')} (\`${one.wrong}\`)`);
  return [
    `### ${type}\n`,
    `${says}${what} By ${writers.join(', ')}; key \`${key.form}\`.\n`,
    ...shown,
    `${[...(others.length === 0 ? [] : [`Also: ${others.join(', ')}.`]), `Refused: ${wrong.join(', ')}.`].join(' ')}\n`,
  ].join('\n');
}

function linkTo(type: string, name: string, folder = ''): string {
  return `[${name.replaceAll('-', ' ')}](../libs/contracts/examples/${type}/${folder}${name}.json)`;
}
