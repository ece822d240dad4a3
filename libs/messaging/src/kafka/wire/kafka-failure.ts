import type { HeadwaterError } from '@headwater/errors';
import { isHeadwaterError, messageOf } from '@headwater/errors';
import { messagingErrors } from '@headwater/messaging';

interface WireError {
  readonly name?: string;
  /** The name of the broker's error code. */
  readonly type?: string;
  readonly code?: unknown;
  readonly retriable?: boolean;
  readonly cause?: unknown;
}

/** The broker's error code that is behind an error of kafkajs; undefined where the broker did not answer. */
export function brokerErrorOf(error: unknown): string | undefined {
  for (let found = error as WireError | undefined; isObject(found); found = found.cause as WireError) {
    if (typeof found.type === 'string') return found.type;
  }
  return undefined;
}

/** An error of the wire as one of the port's. What the broker did not answer is retryable. */
export function failureOf(error: unknown, what: string): HeadwaterError {
  if (isHeadwaterError(error)) return error;
  const type = brokerErrorOf(error);
  const say = `${what}: ${messageOf(error)}`;
  const extra = { cause: error, details: type === undefined ? {} : { kafka: type } };
  if (isRefusedLogin(error, type)) return messagingErrors.loginRefused(say, extra);
  switch (type) {
    case 'TOPIC_AUTHORIZATION_FAILED':
    case 'GROUP_AUTHORIZATION_FAILED':
    case 'CLUSTER_AUTHORIZATION_FAILED':
    case 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED':
      return messagingErrors.notAllowed(say, extra);
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'INVALID_TOPIC_EXCEPTION':
      return messagingErrors.unknownTopic(say, extra);
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return messagingErrors.tooLargeForTopic(say, extra);
    case 'POLICY_VIOLATION':
    case 'INVALID_CONFIG':
    case 'INVALID_REQUIRED_ACKS':
    case 'UNSUPPORTED_VERSION':
    case 'UNSUPPORTED_FOR_MESSAGE_FORMAT':
    case 'INVALID_RECORD':
      return messagingErrors.brokerRefuses(say, extra);
    default:
      return messagingErrors.unreachable(say, extra);
  }
}

function isRefusedLogin(error: unknown, type: string | undefined): boolean {
  if (type === 'SASL_AUTHENTICATION_FAILED' || type === 'UNSUPPORTED_SASL_MECHANISM') return true;
  for (let found = error as WireError | undefined; isObject(found); found = found.cause as WireError) {
    if (found.name === 'KafkaJSSASLAuthenticationError') return true;
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
