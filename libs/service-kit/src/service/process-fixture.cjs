// A service on the built kit, for bootstrap-service.int.spec.ts. FIXTURE says what goes wrong.
const { ManualClock } = require('@headwater/clock');
const kit = require('@headwater/service-kit');
const { z } = require('zod');

const fault = process.env.FIXTURE;

const schema = z.object({
  host: kit.setting('HEADWATER_HOST', kit.text().default('127.0.0.1'), 'Address to listen on.'),
  port: kit.setting('HEADWATER_INGEST_PORT', kit.wholeNumber({ min: 0, max: 65_535 }), 'Port to listen on.'),
  logLevel: kit.setting('HEADWATER_LOG_LEVEL', kit.oneOf(kit.logLevels).default('info'), 'Least level.'),
  uri: kit.setting('HEADWATER_MONGODB_URI', kit.text().optional(), 'What to protect.'),
});

const never = () => new Promise(() => {});
const untilAborted = (signal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/** Time flies once the service drains, so that limits are reached at once. */
const clock = new ManualClock();

function lifecycle(logger) {
  const log = (logId) => logger.info({ logId }, logId);
  return new kit.Lifecycle({
    start: async (signal) => {
      log('fixture.started');
      if (fault === 'endless-start') await untilAborted(signal);
    },
    drain: async () => {
      if (fault === 'bad-drain') throw new Error('the store is gone');
      if (fault === 'endless-drain') {
        void clock.advance(60_000);
        await never();
      }
      if (fault === undefined) log('fixture.drained');
    },
    close: () => log('fixture.closed'),
  });
}

class FixtureModule {}

void kit
  .bootstrapService({
    name: 'ingest',
    config: () => kit.parseConfig(schema, process.env, 'ingest'),
    clock,
    module: ({ logger }) => {
      if (fault === 'bad-module') undefined.property;
      return { module: FixtureModule, providers: [{ provide: kit.Lifecycle, useValue: lifecycle(logger) }] };
    },
  })
  .then(() => {
    if (fault === 'uncaught-exception') {
      setImmediate(() => {
        throw new Error('nobody caught this');
      });
    }
    if (fault === 'uncaught-rejection') void Promise.reject(new Error('nobody caught this'));
  });
