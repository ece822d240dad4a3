import type { OutgoingMessage } from './message.js';
import { messagingErrors } from './messaging-errors.js';

/** The largest value that a bus carries, in bytes, inclusive. */
export const maximumValueBytes = 64 * 1024 * 1024;
const maximumKeyBytes = 1024;
const maximumHeaderBytes = 64 * 1024;
const maximumGroupLength = 255;

const topicName = /^[A-Za-z0-9._-]{1,249}$/;

/** @throws messagingErrors.invalidTopic unless it is 1–249 characters of `[A-Za-z0-9._-]`. */
export function checkTopic(topic: string): void {
  if (!topicName.test(topic)) {
    throw messagingErrors.invalidTopic(`'${topic}' cannot be the name of a topic`, { details: { topic } });
  }
}

/** @throws messagingErrors.invalidGroup unless the group has 1–255 characters and the topics are at least one, each once. */
export function checkGroup(group: string, topics: readonly string[]): void {
  if (group.length === 0 || group.length > maximumGroupLength || !isText(group)) {
    throw messagingErrors.invalidGroup(`'${group}' cannot be the name of a group`, { details: { group } });
  }
  if (topics.length === 0 || new Set(topics).size !== topics.length) {
    throw messagingErrors.invalidGroup(`group ${group} needs at least one topic, each once`, {
      details: { group, topics },
    });
  }
  topics.forEach(checkTopic);
}

/**
 * Keys have 0–1,024 bytes of UTF-8, header names and values together at most 64 KiB, values at most
 * `maximumValueBytes`. Keys and headers are well-formed Unicode without U+0000; header names are not empty.
 *
 * @throws messagingErrors.invalidTopic, invalidMessage, valueTooLarge.
 */
export function checkMessages(topic: string, messages: readonly OutgoingMessage[]): void {
  checkTopic(topic);
  for (const message of messages) checkMessage(topic, message);
}

function checkMessage(topic: string, message: OutgoingMessage): void {
  const refuse = (what: string): never => {
    throw messagingErrors.invalidMessage(`a message to ${topic} has ${what}`, { details: { topic } });
  };
  if (!isText(message.key)) refuse('a key that is not text');
  if (Buffer.byteLength(message.key) > maximumKeyBytes) refuse(`a key above ${maximumKeyBytes} bytes`);
  let headerBytes = 0;
  for (const [name, value] of Object.entries(message.headers)) {
    if (name === '' || !isText(name) || !isText(value)) refuse(`a header that is not text: '${name}'`);
    headerBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (headerBytes > maximumHeaderBytes) refuse(`headers above ${maximumHeaderBytes} bytes`);
  const bytes = message.value?.length ?? 0;
  if (bytes > maximumValueBytes) {
    throw messagingErrors.valueTooLarge(
      `a message to ${topic} has ${bytes} bytes, more than ${maximumValueBytes}`,
      { details: { topic, bytes } },
    );
  }
}

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
