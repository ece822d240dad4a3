import { environmentNames } from '@headwater/contracts';
import type { EnvironmentName } from '@headwater/contracts';
import type { z } from 'zod';
import { kitErrors } from '../kit-errors.js';
import { nearestName } from './nearest-name.js';
import { readSetting, readable } from './environment.js';
import type { Environment } from './environment.js';
import { rememberOrigin } from './origin.js';
import type { Variable } from './origin.js';
import { settingNameOf } from './setting.js';

/**
 * Reads a service's configuration from the environment. An empty variable counts as not set; a secret may come as
 * `<NAME>_FILE`, the path of a file that holds it.
 *
 * @param schema an object whose fields are made by `setting`; relations between fields by `superRefine`, with the
 *   property as path.
 * @param names every variable of every service: one outside it is a misspelling.
 * @throws kitErrors.badConfiguration naming every bad variable, its value (never a secret's) and what is allowed.
 */
export function parseConfig<S extends z.ZodObject>(
  schema: S,
  environment: Environment,
  service: string,
  names: readonly EnvironmentName[] = environmentNames,
): Readonly<z.output<S>> {
  const variables = variablesOf(schema, names);
  const problems = misspelled(environment, names);
  const values: Record<string, string> = {};
  for (const [property, variable] of variables) {
    const read = readSetting(environment, variable);
    if (read.problem !== undefined) problems.push(read.problem);
    else if (read.value !== undefined) values[property] = read.value;
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const unread = new Set(problems.map(({ name }) => name));
    const found = parsed.error.issues.map((issue) => problemOf(issue, variables, values));
    problems.push(...found.filter(({ name }) => !unread.has(name)));
  }
  if (problems.length > 0 || !parsed.success) throw badConfiguration(service, problems);
  return rememberOrigin(Object.freeze(parsed.data), variables);
}

export interface Problem {
  readonly name: string;
  readonly message: string;
}

function variablesOf(schema: z.ZodObject, names: readonly EnvironmentName[]): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>();
  for (const [property, field] of Object.entries(schema.shape)) {
    const name = settingNameOf(field as z.ZodType);
    const known = names.find((candidate) => candidate.name === name);
    if (name === undefined || known === undefined) {
      throw kitErrors.settingUnknown(
        `setting ${property} reads ${name ?? 'no variable'}, which no contract lists`,
      );
    }
    const comment = (field as z.ZodType).description ?? '';
    variables.set(property, { name, comment, secret: known.secret === true });
  }
  return variables;
}

function misspelled(environment: Environment, names: readonly EnvironmentName[]): Problem[] {
  const known = names.flatMap(({ name, secret }) => (secret === true ? [name, `${name}_FILE`] : [name]));
  return Object.keys(environment)
    .filter((name) => name.startsWith('HEADWATER_') && !known.includes(name))
    .sort()
    .map((name) => {
      const nearest = nearestName(name, known);
      return { name, message: `${name} is unknown${nearest === null ? '' : `: did you mean ${nearest}?`}` };
    });
}

function problemOf(
  issue: z.core.$ZodIssue,
  variables: ReadonlyMap<string, Variable>,
  values: Readonly<Record<string, string>>,
): Problem {
  const property = String(issue.path[0]);
  const variable = variables.get(property);
  if (variable === undefined) return { name: '', message: issue.message };
  const { name, comment, secret } = variable;
  const value = values[property];
  const isMissing = value === undefined && issue.code === 'invalid_type';
  if (isMissing) return { name, message: `${name} is not set. ${comment}` };
  return { name, message: `${name}=${readable(value, secret)} ${issue.message}. ${comment}` };
}

function badConfiguration(service: string, problems: readonly Problem[]) {
  const lines = problems.map(({ message }) => message.trim());
  const [only] = lines;
  const message =
    lines.length === 1 && only !== undefined
      ? only
      : `${lines.length} variables of ${service} are wrong:${lines.map((line) => `\n  - ${line}`).join('')}`;
  return kitErrors.badConfiguration(message, { details: { variables: problems.map(({ name }) => name) } });
}
