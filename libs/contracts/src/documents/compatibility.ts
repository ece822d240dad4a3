import type { JsonObject } from './json-schema.js';

/** Words for people: they may be changed. */
const prose = new Set(['$schema', 'title', 'description', 'examples', 'deprecated']);

/**
 * What of a released schema is broken by the one that would take its place: nothing but optional fields may be added, and
 * values where the released one has `x-grows`.
 *
 * @returns one line a fault, each with where it is; empty when there is none
 */
export function breaksOf(released: unknown, current: unknown, at = ''): string[] {
  if (isObject(released) && isObject(current)) return breaksOfObject(released, current, at);
  if (Array.isArray(released) && Array.isArray(current) && released.length === current.length) {
    return released.flatMap((item, index) => breaksOf(item, current[index], `${at}/${index}`));
  }
  return released === current ? [] : [`${at || '/'} was ${shortOf(released)}, and is ${shortOf(current)}`];
}

function breaksOfObject(released: JsonObject, current: JsonObject, at: string): string[] {
  const keywords = new Set([...Object.keys(released), ...Object.keys(current)]);
  return [...keywords]
    .filter((keyword) => !prose.has(keyword))
    .flatMap((keyword) => {
      const [before, after, where] = [released[keyword], current[keyword], `${at}/${keyword}`];
      if (keyword === 'properties' && isObject(before) && isObject(after)) {
        return breaksOfFields(before, after, where);
      }
      if (keyword === 'required') return breaksOfRequired(before, after, where);
      if (released['x-grows'] === true && Array.isArray(before) && Array.isArray(after)) {
        return breaksOfGrowing(before, after, where);
      }
      return breaksOf(before, after, where);
    });
}

/** A field that is new is optional, or `required` tells of it. */
function breaksOfFields(released: JsonObject, current: JsonObject, at: string): string[] {
  return Object.entries(released).flatMap(([name, field]) =>
    name in current ? breaksOf(field, current[name], `${at}/${name}`) : [`${at}/${name} is gone`],
  );
}

function breaksOfRequired(released: unknown, current: unknown, at: string): string[] {
  const [before, after] = [namesOf(released), namesOf(current)];
  return [
    ...after.filter((name) => !before.includes(name)).map((name) => `${at}: ${name} is required now`),
    ...before.filter((name) => !after.includes(name)).map((name) => `${at}: ${name} is optional now`),
  ];
}

function breaksOfGrowing(released: readonly unknown[], current: readonly unknown[], at: string): string[] {
  return released
    .filter((value) => !current.some((other) => breaksOf(value, other).length === 0))
    .map((value) => `${at}: ${shortOf(value)} is gone, or was changed`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function shortOf(value: unknown): string {
  const text = value === undefined ? 'not there' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
