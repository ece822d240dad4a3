import { messageCatalogue } from '../catalogue/message-catalogue.js';
import type { ServiceName } from '../catalogue/message-contract.js';
import { serviceApis } from '../rest/routes/service-api.js';
import { asyncApiOf } from './async-api.js';
import type { AsyncApiOptions } from './async-api.js';
import { messageSchemaOf } from './json-schema.js';
import type { JsonObject } from './json-schema.js';
import { messagesPageOf } from './messages-page.js';
import type { MessagesPageOptions } from './messages-page.js';
import { openApiOf } from './open-api.js';

type DocumentOptions = AsyncApiOptions & MessagesPageOptions;

/** Every document that is made from the code, by its path from the project's root: JSON, or the text of a page. */
export function contractDocuments(options: DocumentOptions): Readonly<Record<string, JsonObject | string>> {
  const schemas = messageCatalogue.map((contract) => [
    `libs/contracts/schemas/${contract.type}.json`,
    messageSchemaOf(contract, options.examplesOf(contract.type)),
  ]);
  const services = Object.keys(serviceApis) as ServiceName[];
  return {
    ...(Object.fromEntries(schemas) as Record<string, JsonObject>),
    ...Object.fromEntries(
      services.map((service) => [`libs/contracts/openapi/${service}.json`, openApiOf(service)]),
    ),
    'libs/contracts/asyncapi.json': asyncApiOf(options),
    'docs/messages.md': messagesPageOf(options),
  };
}
