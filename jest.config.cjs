'use strict';

const { join } = require('node:path');

/**
 * Three selections, run by tools/test.cjs: `jest <pattern> --selectProjects unit | integration | e2e`.
 * They differ in what they need, so their files are told apart by name: `x.spec.ts` is pure and fast,
 * `x.int.spec.ts` runs against real parts, `x.e2e.spec.ts` against the whole system.
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

module.exports = {
  projects: [
    { ...base, displayName: 'unit', testRegex: '(?<!\\.(int|e2e))\\.spec\\.ts$' },
    { ...base, displayName: 'integration', testRegex: '\\.int\\.spec\\.ts$' },
    { ...base, displayName: 'e2e', testRegex: '\\.e2e\\.spec\\.ts$' },
  ],
};
