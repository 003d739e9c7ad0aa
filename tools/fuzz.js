/*
 * Breaks model files at random and reads them: npm run fuzz [-- --runs 100000 --seed 1 --from 0]
 *
 * A failure is saved to .tmp/fuzz with its seed and number; --from <number> --runs 1 repeats it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    from: { type: 'string', default: '0' },
  },
});
const [runs, seed, from] = [values.runs, values.seed, values.from].map(Number);
if (![runs, seed, from].every(Number.isSafeInteger)) {
  console.error('--runs, --seed and --from take whole numbers');
  process.exit(2);
}

const { module } = await runnerImport('/src/formats/fuzz/campaign.fixture.ts', {
  root,
  configFile: false,
  logLevel: 'error',
});
console.log(`${runs} broken files from seed ${seed}`);
const start = Date.now();
const report = await module.campaign({
  runs,
  seed,
  from,
  onProgress: (done) => {
    if (done % 10_000 === 0)
      console.log(`  ${done} after ${Math.round((Date.now() - start) / 1000)} s`);
  },
});
for (const [outcome, count] of [...report.outcomes].sort((a, b) => b[1] - a[1]))
  console.log(`  ${String(count).padStart(7)} ${outcome}`);

const folder = path.join(root, '.tmp/fuzz');
for (const { seed: name, number, why, bytes } of report.failures) {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${seed}-${number}-${path.basename(name)}`);
  writeFileSync(file, bytes);
  console.error(
    `\nFAILED ${name}, case ${number} of seed ${seed}, saved as ${path.relative(root, file)}\n${why}`,
  );
}
process.exit(report.failures.length === 0 ? 0 : 1);
