import type { MongoClient } from 'mongodb';
import { mayDiffer } from './expected-difference.js';
import { takeImage, type CollectionImage, type DeploymentImage, type ImageOptions } from './image.js';
import { validateAll } from './validation.js';

export interface ComparisonOptions {
  /** The copy is fresh from an initial sync: what that cannot carry over may differ (`expectedDifferences`). */
  readonly copyWindow?: boolean;
}

/**
 * Whether a restored deployment equals its source: documents, collections with options and UUIDs, indexes, and a
 * full validation of the restored one.
 *
 * @param options `atClusterTime`: the moment of the source that was restored.
 * @returns one line for each difference; empty when they are equal.
 */
export async function compareDeployments(
  source: MongoClient,
  restored: MongoClient,
  options: ComparisonOptions & ImageOptions = {},
): Promise<string[]> {
  const differences = compareImages(await takeImage(source, options), await takeImage(restored), options);
  return [...differences, ...(await validateAll(restored))];
}

/** The differences between what should be there and what is, one line each, ordered by namespace. */
export function compareImages(
  expected: DeploymentImage,
  found: DeploymentImage,
  options: ComparisonOptions = {},
): string[] {
  const namespaces = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return namespaces
    .filter((namespace) => !mayDiffer(namespace, options.copyWindow ?? false))
    .flatMap((namespace) =>
      compareCollections(expected.get(namespace), found.get(namespace)).map(
        (line) => `${namespace}: ${line}`,
      ),
    );
}

function compareCollections(
  expected: CollectionImage | undefined,
  found: CollectionImage | undefined,
): readonly string[] {
  if (expected === undefined) return ['is not in the source'];
  if (found === undefined) return ['is missing'];
  return [
    ...compareField('types', expected.type, found.type),
    ...compareField('options', expected.options, found.options),
    ...compareField('UUIDs', expected.uuid, found.uuid),
    ...compareField('idIndexes', expected.idIndex, found.idIndex),
    ...(expected.documents === found.documents ? [] : ['documents differ']),
    ...compareIndexes(expected.indexes, found.indexes),
  ];
}

function compareField(what: string, expected: string | null, found: string | null): string[] {
  return expected === found ? [] : [`${what} differ: ${String(found)} instead of ${String(expected)}`];
}

function compareIndexes(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].sort().flatMap((name) => {
    const [should, is] = [expected.get(name), found.get(name)];
    if (should === is) return [];
    if (is === undefined) return [`index ${name} is missing`];
    if (should === undefined) return [`index ${name} is not in the source`];
    return [`index ${name} differs: ${is} instead of ${should}`];
  });
}
