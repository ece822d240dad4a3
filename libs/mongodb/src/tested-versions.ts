/** A version of MongoDB on which the engine suite was run to its end with every promise kept. */
export interface TestedVersion {
  /** Three numbers, `6.0.5`. */
  readonly version: string;
  /** What was run. */
  readonly shown: string;
}

/** The one list: docs/tested-versions.md says how a version comes onto it. */
export const testedVersions: readonly TestedVersion[] = [
  { version: '6.0.5', shown: 'engine suite; every test of Headwater' },
  { version: '6.0.27', shown: 'engine suite' },
];

/**
 * - tested: somebody ran the engine suite on this very version.
 * - untested-patch: on another patch level of its series, whose files and oplog are the same.
 * - untested-series: on none of its series.
 */
export type VersionTesting = 'tested' | 'untested-patch' | 'untested-series';

/** @param version of a server: three numbers, with or without a suffix, which makes it another one: `6.0.5-4`. */
export function testingOf(version: string): VersionTesting {
  if (testedVersions.some((tested) => tested.version === version)) return 'tested';
  const series = seriesPart(version);
  const known = testedVersions.some((tested) => seriesPart(tested.version) === series);
  return known ? 'untested-patch' : 'untested-series';
}

/** For people: what an untested version means, and what to do. Null when it is tested. */
export function untestedNotice(version: string): string | null {
  const testing = testingOf(version);
  if (testing === 'tested') return null;
  const what =
    testing === 'untested-patch'
      ? `Nobody has run the engine suite on MongoDB ${version}; other patch levels of ${seriesPart(version)} passed it.`
      : `Nobody has run the engine suite on any MongoDB ${seriesPart(version)}: nothing is known of restores from ${version}.`;
  return `${what} Capture goes on; npm run engine-suite -- --mongod PATH tells whether ${version} may be relied on.`;
}

function seriesPart(version: string): string {
  return version.split('.', 2).join('.');
}
