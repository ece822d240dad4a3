import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from './workspace.js';

export interface Instruction {
  /** `COPY`, `RUN`, … */
  readonly name: string;
  /** What stands behind it, as it is written but for the ends of its lines. */
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  /** The stage or the image that it begins with, as it is written. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** deploy/Dockerfile. */
export class Dockerfile {
  constructor(
    /** Arguments before the first stage; empty for one without a default. */
    readonly globals: Readonly<Record<string, string>>,
    readonly stages: readonly Stage[],
  ) {}

  /** Null for an image. */
  stage(name: string): Stage | null {
    return this.stages.find((stage) => stage.name === name) ?? null;
  }

  /** From the image that it rests on to the stage itself. */
  lineage(name: string): Stage[] {
    const stage = this.stage(name);
    return stage === null ? [] : [...this.lineage(stage.from), stage];
  }

  /** What `ENV` sets in the stage and those that it begins with. */
  environmentOf(name: string): Record<string, string> {
    const set = this.lineage(name).flatMap(({ instructions }) =>
      instructions.filter((one) => one.name === 'ENV'),
    );
    const pairs = set.flatMap(({ text }) => text.split(/\s+/).map((pair) => pair.split(/=(.*)/s)));
    return Object.fromEntries(pairs.map(([variable = '', value = '']) => [variable, value]));
  }

  /** The last instruction of that name in the stage and those that it begins with. */
  last(name: string, stageName: string): string | null {
    const all = this.lineage(stageName).flatMap(({ instructions }) => instructions);
    return all.findLast((instruction) => instruction.name === name)?.text ?? null;
  }
}

export function parseDockerfile(): Dockerfile {
  const text = readFileSync(join(workspace, 'deploy/Dockerfile'), 'utf8');
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const globals: Record<string, string> = {};
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of lines.filter((one) => one !== '')) {
    const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const [, from, stage] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
    const current = stages.at(-1);
    if (name === 'FROM' && from !== undefined && stage !== undefined) {
      stages.push({ name: stage, from, instructions: [] });
    } else if (current === undefined && name === 'ARG') {
      const [variable = '', value = ''] = rest.split('=');
      globals[variable] = value;
    } else if (current !== undefined && name !== '') {
      current.instructions.push({ name, text: rest });
    } else {
      throw new Error(`deploy/Dockerfile: '${line}' is not known here`);
    }
  }
  return new Dockerfile(globals, stages);
}
