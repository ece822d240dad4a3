import { minioProgram, obtainGoProgram, versitygwProgram, whyMissing } from './go-program.js';

/**
 * `node libs/testing/dist/parts/main.js`: obtains the parts that take minutes to build, before tests that would wait for them.
 * What this machine cannot have is said; where `CI` is set that is a failure.
 */
async function main(): Promise<void> {
  for (const program of [minioProgram, versitygwProgram]) {
    const missing = process.env['CI'] ? null : whyMissing(program);
    const path =
      missing ??
      (await obtainGoProgram(program, { onProgress: (line) => process.stdout.write(`${line}\n`) }));
    process.stdout.write(missing === null ? `${program.name}: ${path}\n` : `MISSING: ${path}\n`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
