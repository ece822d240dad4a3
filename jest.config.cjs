'use strict';

const { join } = require('node:path');

/**
 * The selections of tools/test.cjs: `jest <pattern> --selectProjects unit | integration | e2e | e2e-servers`.
 * They differ in what they need, so their files are told apart by name: `x.spec.ts` is pure and fast,
 * `x.int.spec.ts` runs against real parts, `x.e2e.spec.ts` against the whole system: on the embedded bus and a
 * directory (e2e), and on Kafka and MinIO (e2e-servers). `x.embedded.e2e.spec.ts` and `x.servers.e2e.spec.ts` are for one
 * of the two alone.
 */
const base = {
  rootDir: __dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: {
    customExportConditions: ['@headwater/source', 'node', 'node-addons', 'require', 'default'],
  },
  modulePathIgnorePatterns: ['/dist/', '/\\.nx/'],
  // Sources import each other as `./x.js`, the name after the build.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'] },
  transform: {
    '^.+\\.[mc]?[tj]s$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  // Published as ES modules only; Jest's own loader takes CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(@nestjs|p-limit|yocto-queue|cockatiel|uuidv7)/)'],
  // Jest takes no `testTimeout` from a project, so a file sets it: the same for all, since a busy machine is no failure.
  setupFilesAfterEnv: [join(__dirname, 'tools/five-minutes.cjs')],
};

/**
 * What says most about Kafka and MinIO, and so is part of a whole `npm test`; the rest of the end-to-end tests would tell
 * there what they have told on the other pair.
 */
const telling = [
  'every-service-killed',
  'faults-everywhere',
  'ingest-restart-loses-nothing',
  'restores-to-any-second',
];

const onServers = process.env.HEADWATER_E2E_TELLING
  ? `((${telling.join('|')})|\\.servers)\\.e2e\\.spec\\.ts$`
  : '(?<!\\.embedded)\\.e2e\\.spec\\.ts$';

module.exports = {
  projects: [
    { ...base, displayName: 'unit', testRegex: '(?<!\\.(int|e2e))\\.spec\\.ts$' },
    { ...base, displayName: 'integration', testRegex: '\\.int\\.spec\\.ts$' },
    { ...base, displayName: 'e2e', testRegex: '(?<!\\.servers)\\.e2e\\.spec\\.ts$' },
    {
      ...base,
      displayName: 'e2e-servers',
      testRegex: onServers,
      setupFiles: [join(__dirname, 'e2e/spec-support/servers-pair.cjs')],
      globalSetup: join(__dirname, 'e2e/spec-support/servers-of-run.cjs'),
      globalTeardown: join(__dirname, 'e2e/spec-support/servers-end.cjs'),
    },
  ],
};
