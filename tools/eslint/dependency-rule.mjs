/**
 * Who may import whom, by the tags in project.json. An adapter has a scope beside its type, because each one
 * has its own list; one without a scope matches nothing here and so may import nothing.
 */
const below = ['type:base', 'type:contract', 'type:port', 'scope:oplog'];
const everyLib = [
  'type:base',
  'type:contract',
  'type:port',
  'type:opening',
  'type:domain',
  'type:adapter',
  'type:engine',
  'type:shell',
];

const ofApps = [
  'type:base',
  'type:contract',
  'type:port',
  'type:opening',
  'type:domain',
  'type:engine',
  'type:shell',
  'scope:mongod',
  'scope:mongodb',
];

const production = [
  { sourceTag: 'type:base', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'type:contract', onlyDependOnLibsWithTags: [] },
  {
    sourceTag: 'type:domain',
    onlyDependOnLibsWithTags: ['type:base', 'type:contract', 'type:domain', 'type:port'],
  },
  { sourceTag: 'type:port', onlyDependOnLibsWithTags: ['type:base'] },
  { sourceTag: 'scope:object-store', onlyDependOnLibsWithTags: below },
  { sourceTag: 'scope:messaging', onlyDependOnLibsWithTags: below },
  { sourceTag: 'scope:mongodb', onlyDependOnLibsWithTags: below },
  { sourceTag: 'scope:mongod', onlyDependOnLibsWithTags: [...below, 'scope:mongodb'] },
  {
    sourceTag: 'type:engine',
    onlyDependOnLibsWithTags: [
      'type:base',
      'type:contract',
      'type:domain',
      'type:port',
      'scope:mongod',
      'scope:mongodb',
    ],
  },
  { sourceTag: 'type:shell', onlyDependOnLibsWithTags: ['type:base', 'type:contract', 'type:port'] },
  {
    sourceTag: 'type:opening',
    onlyDependOnLibsWithTags: [
      'type:contract',
      'type:base',
      'type:port',
      'scope:messaging',
      'scope:object-store',
    ],
  },
  // Which store and which bus is the openings' to know: an app that named an adapter would have no decorators.
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ofApps },
  { sourceTag: 'type:testing', onlyDependOnLibsWithTags: [...everyLib, 'type:testing'] },
  { sourceTag: 'type:launcher', onlyDependOnLibsWithTags: [...everyLib, 'type:testing'] },
  { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: [...everyLib, 'type:testing'] },
  { sourceTag: 'type:tool', onlyDependOnLibsWithTags: [] },
];

/** Specs reach every lib: they put real parts together. Never an app, and an app's spec never another app. */
const specs = [{ sourceTag: '*', onlyDependOnLibsWithTags: [...everyLib, 'type:testing'] }];

const boundaries = (options) => ({ '@nx/enforce-module-boundaries': ['error', options] });

/** What a project imports stands in its own package.json: it is installed with it, and ships with it. */
export const dependencyRule = boundaries({ depConstraints: production, banTransitiveDependencies: true });

/** For the second entries of a lib, whose package.json is the lib's: the rule looks beside project.json only. */
export const dependencyRuleOfSecondEntries = boundaries({ depConstraints: production });

/** For the projects that live on the root's package.json and never ship. */
export const dependencyRuleOfTestCode = boundaries({ depConstraints: production });

/** Nothing is built from specs, so the cycle of a lib's spec with `testing` is none of the build. */
export const dependencyRuleOfSpecs = boundaries({
  depConstraints: specs,
  ignoredCircularDependencies: [['*', 'testing']],
});

/** Where each vendor's package may be imported. */
export const vendorHomes = {
  mongodb: ['libs/mongodb', 'libs/testing', 'e2e', 'deploy/local'],
  bson: [
    'libs/oplog',
    'libs/repository',
    'libs/mongodb',
    'libs/mongod',
    'libs/recovery',
    'libs/testing',
    'services/agent',
    'services/ingest/src/spec-support',
    'services/restore/src/spec-support',
    'services/snapshot-builder/src/spec-support',
    'e2e',
    'deploy/local',
  ],
  minio: ['libs/object-store/src/s3'],
  kafkajs: ['libs/messaging/src/kafka'],
  '@nestjs': ['services', 'libs/service-kit'],
};
