import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { workspace } from './workspace.js';

const dependencySchema = z.strictObject({
  condition: z.enum(['service_healthy', 'service_completed_successfully']),
  required: z.boolean().default(true),
});

const serviceSchema = z.strictObject({
  image: z.string(),
  build: z
    .strictObject({ context: z.string(), dockerfile: z.string(), args: z.record(z.string(), z.string()) })
    .optional(),
  profiles: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: z.string(),
      timeout: z.string(),
      retries: z.int(),
      start_period: z.string(),
    })
    .optional(),
  depends_on: z.record(z.string(), dependencySchema).default({}),
  deploy: z.strictObject({
    resources: z.strictObject({
      limits: z.strictObject({ cpus: z.string(), memory: z.string(), pids: z.int() }),
    }),
  }),
  restart: z.string(),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  user: z.string().optional(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  tmpfs: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  networks: z.array(z.string()),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
});

const fileSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(z.string(), z.null()),
  volumes: z.record(z.string(), z.null()),
});

export type ComposeFile = z.output<typeof fileSchema>;
export type ComposeService = z.output<typeof serviceSchema>;

/** deploy/compose.yaml, with its merges carried out and nothing filled in. @throws Error for a key that nobody knows here */
export function readComposeFile(): ComposeFile {
  const text = readFileSync(join(workspace, 'deploy/compose.yaml'), 'utf8');
  return fileSchema.parse(parse(text, { merge: true }));
}

/** `${NAME}`, `${NAME:-default}`, `${NAME-default}`: what compose fills in. @throws Error for any other form */
export function filledIn(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$(?:\{(\w+)(?:(:?-)([^}]*))?\}|(.))/g,
    (whole, ...parts: (string | undefined)[]) => {
      const [name, operator, fallback = '', other] = parts;
      if (name === undefined) throw new Error(`'${whole}' (${String(other)}) is not known here`);
      const value = variables[name];
      return value === undefined || (operator === ':-' && value === '') ? fallback : value;
    },
  );
}

/** What a container gets: a variable without a value is handed over where it is set. */
export function environmentOf(
  { environment }: ComposeService,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const given = Object.entries(environment).flatMap(([name, value]): [string, string][] => {
    if (value !== null) return [[name, filledIn(value, variables)]];
    const handedOver = variables[name];
    return handedOver === undefined ? [] : [[name, handedOver]];
  });
  return Object.fromEntries(given);
}
