/**
 * Builds one of the small reference graphs out of the app's own creation functions:
 * `node tools/buildLineage.js s2 --data <datasets folder> --out <folder> [--quick] [--score]`. Without
 * `--data`, `--score` scores inference on what the folder holds. See docs/lineages.md.
 */
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { withTypeScript } from './loadTypeScript.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    quick: { type: 'boolean', default: false },
    score: { type: 'boolean', default: false },
  },
});
const { data, out, quick, score } = values;
const [graph] = positionals;
if (graph === undefined || out === undefined || (data === undefined && !score)) {
  console.error(
    'usage: node tools/buildLineage.js <graph> --data <datasets folder> --out <folder> [--quick] [--score]',
  );
  process.exit(2);
}
const begun = performance.now();
const log = (line) => {
  console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${line}`);
};
await withTypeScript(path.join(import.meta.dirname, 'lineages', 'buildLineage.ts'), (module) =>
  module.buildLineage({ graph, data, out, quick, score }, log),
);
