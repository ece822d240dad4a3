import { messageCatalogue } from '../catalogue/message-catalogue.js';
import type { MessageContract } from '../catalogue/message-contract.js';
import { topicContracts } from '../catalogue/topic-contracts.js';
import type { TopicContract } from '../catalogue/topic-contracts.js';
import { contentTypeOf, headersSchemaOf, jsonSchemaOf } from './json-schema.js';
import type { Example, JsonObject } from './json-schema.js';

export interface AsyncApiOptions {
  readonly version: string;
  readonly examplesOf: (type: string) => readonly Example[];
}

const kafka = { bindingVersion: '0.5.0' };

const about = `Every message is a CloudEvents 1.0 event in the Kafka binding's binary mode: attributes in headers, data as the value.
The first word of every topic is the prefix of the installation, \`headwater\` unless \`HEADWATER_TOPIC_PREFIX\` says otherwise.
Delivery is at least once: the same fact has the same \`ce_id\`. Messages of one key keep their order.
Within a major version only optional fields are added, and values where a schema says \`x-grows\`: ignore what you do not know.`;

/** What Headwater publishes, as an AsyncAPI 3.0 document: it sends, subscribers receive. */
export function asyncApiOf({ version, examplesOf }: AsyncApiOptions): JsonObject {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Headwater', version, description: about },
    defaultContentType: 'application/json',
    servers: {
      kafka: { host: 'localhost:9092', protocol: 'kafka', description: 'The broker of the installation.' },
    },
    channels: named(topicContracts, ({ topic }) => topic, channelOf),
    operations: named(topicContracts, ({ topic }) => `send-${topic}`, operationOf),
    components: {
      messages: named(
        messageCatalogue,
        ({ type }) => type,
        (contract) => messageOf(contract, examplesOf(contract.type)),
      ),
    },
  };
}

function named<T>(items: readonly T[], nameOf: (item: T) => string, make: (item: T) => unknown): JsonObject {
  return Object.fromEntries(items.map((item) => [nameOf(item), make(item)]));
}

function messagesOn(topic: TopicContract['topic']): readonly MessageContract[] {
  return messageCatalogue.filter((contract) => contract.topic === topic);
}

function channelOf({ topic, name, key, carries, audience, partitions, settings }: TopicContract): JsonObject {
  return {
    address: name,
    summary: carries,
    description: `Key: ${key}. ${audience === 'everybody' ? 'Made for subscribers.' : 'Holds the data that is protected: for services alone.'}`,
    tags: [{ name: `for-${audience}` }],
    messages: named(
      messagesOn(topic),
      ({ type }) => type,
      ({ type }) => ({ $ref: `#/components/messages/${type}` }),
    ),
    bindings: {
      kafka: { topic: name, partitions, topicConfiguration: configurationOf(settings), ...kafka },
    },
  };
}

/** As a topic is made; numbers are floors, and -1 is no limit. */
function configurationOf(settings: TopicContract['settings']): JsonObject {
  return named(
    Object.entries(settings),
    ([setting]) => setting,
    ([setting, { value }]) => {
      if (setting === 'cleanup.policy') return [value];
      return /^-?\d+$/.test(value) ? Number(value) : value;
    },
  );
}

function operationOf({ topic }: TopicContract): JsonObject {
  const writers = new Set(messagesOn(topic).flatMap((contract) => contract.writers));
  return {
    action: 'send',
    channel: { $ref: `#/channels/${topic}` },
    summary: `Written by ${[...writers].join(', ')}.`,
    messages: messagesOn(topic).map(({ type }) => ({ $ref: `#/channels/${topic}/messages/${type}` })),
  };
}

function messageOf(contract: MessageContract, examples: readonly Example[]): JsonObject {
  const { type, says, key, content } = contract;
  const isJson = content.kind === 'json';
  return {
    name: type,
    title: type,
    summary: says,
    ...(isJson ? {} : { description: `The value is ${content.what}.` }),
    contentType: contentTypeOf(content),
    headers: headersSchemaOf(contract),
    ...(isJson ? { payload: jsonSchemaOf(content.schema, 'draft-7') } : {}),
    bindings: {
      kafka: { key: { type: 'string', description: key.form, examples: [key.example] }, ...kafka },
    },
    examples: examples.map(({ name, value }) => ({ name, [isJson ? 'payload' : 'headers']: value })),
  };
}
