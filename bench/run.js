/**
 * Runs benches: `npm run bench` all of them, `npm run bench -- codecs storageRatio` those named.
 *
 * A bench is a `*.bench.ts` below this folder that exports `run(): Promise<void>` and prints markdown.
 * Vite's runner loads it, since Node 20 reads no TypeScript.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withTypeScript } from '../tools/loadTypeScript.js';

const folder = import.meta.dirname;
const root = path.dirname(folder);

const benches = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.bench.ts'))
    .sort()
    .map((file) => [path.basename(file, '.bench.ts'), file]),
);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !benches.has(name));
if (unknown.length > 0) {
  console.error(`No bench ${unknown.join(', ')}. There are: ${[...benches.keys()].join(', ')}.`);
  process.exit(2);
}

printConditions();
for (const name of asked.length > 0 ? asked : benches.keys()) {
  console.log(`\n## ${name}\n`);
  const file = path.join(folder, benches.get(name));
  await withTypeScript(file, (module) => module.run());
}

/** What a number depends on besides the code. */
function printConditions() {
  const cpu = os.cpus();
  const memory = (os.totalmem() / 2 ** 30).toFixed(0);
  const load = os.loadavg()[0]?.toFixed(1);
  console.log(
    `${new Date().toISOString().slice(0, 16)}Z, commit ${commit()}. ${cpu.length} × ${cpu[0]?.model ?? 'unknown'}, ` +
      `${memory} GiB, ${os.type()} ${os.release()}, Node ${process.versions.node}; load at the start ${load}.`,
  );
}

function commit() {
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], options).trim();
  } catch {
    return 'unknown (no git)';
  }
}
