import { withoutUserInfo } from '../logging/user-info.js';

export interface Variable {
  readonly name: string;
  readonly comment: string;
  readonly secret: boolean;
}

/** From which variables a config was read. Beside the config, not in it, so that a config stays a plain object. */
const origins = new WeakMap<object, ReadonlyMap<string, Variable>>();

export function rememberOrigin<C extends object>(config: C, variables: ReadonlyMap<string, Variable>): C {
  origins.set(config, variables);
  return config;
}

/** The variable that sets a property; the property's own name for a config that did not come from `parseConfig`. */
export function variableNameOf(config: object, property: string): string {
  return origins.get(config)?.get(property)?.name ?? property;
}

/** A config as it may be logged, by variable: secrets are masked, URIs lose their user info. */
export function redacted(config: object): Record<string, unknown> {
  const variables = origins.get(config);
  return Object.fromEntries(
    Object.entries(config).map(([property, value]) => {
      const variable = variables?.get(property);
      return [variable?.name ?? property, shown(value, variable?.secret === true)];
    }),
  );
}

function shown(value: unknown, secret: boolean): unknown {
  if (value === undefined) return undefined;
  if (secret) return '[secret]';
  return typeof value === 'string' ? withoutUserInfo(value) : value;
}
