import { logLevels, oneOf, parseConfig, setting, text, wholeNumber } from '@headwater/service-kit';
import { z } from 'zod';

const schema = z.object({
  host: setting('HEADWATER_HOST', text().default('127.0.0.1'), 'Address to listen on.'),
  port: setting(
    'HEADWATER_ALERTING_PORT',
    wholeNumber({ min: 0, max: 65_535 }).default(7314),
    'Port; 0 takes a free one.',
  ),
  logLevel: setting('HEADWATER_LOG_LEVEL', oneOf(logLevels).default('info'), 'Least level that is logged.'),
  bus: setting('HEADWATER_BUS', oneOf(['embedded']).default('embedded'), 'Kind of bus.'),
  busFile: setting('HEADWATER_BUS_FILE', text(), 'File of the embedded bus.'),
  topicPrefix: setting('HEADWATER_TOPIC_PREFIX', text().default('headwater'), 'First word of every topic.'),
});

export type AlertingConfig = z.output<typeof schema>;

export function readConfig(environment: NodeJS.ProcessEnv = process.env): AlertingConfig {
  return parseConfig(schema, environment, 'alerting');
}
