import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { testBench } from '../../src/app/import/importModels.fixture.ts';
import { memorySource } from '../../src/formats/memorySource.fixture.ts';
import { printTable } from './table.ts';
import { hasTool, runTool } from './tools.ts';

const data = path.resolve(import.meta.dirname, '../../../shared/data');
const modelFile = /\.(onnx|safetensors|pth|pt|th|tar|jit)$/;

/**
 * Bytes of each model family, imported in one go with kinship found from content, next to general
 * compressors. The compressors are given the most they can use: `--patch-from` the best parent of
 * `lineage-truth.json`, where ours is told nothing.
 */
export async function run(): Promise<void> {
  if (!existsSync(data)) {
    console.log('SKIPPED: ../shared/data is not there.');
    return;
  }
  const missing = ['xz', 'zstd', 'tar'].filter((tool) => !hasTool(tool));
  if (missing.length > 0) {
    console.log(`SKIPPED: ${missing.join(', ')} not on the PATH.`);
    return;
  }
  const parents = knownParents();
  const sizes: Sizes[] = [];
  for (const family of families()) sizes.push(await measure(family, parents));
  const rows = [...sizes, sumOf(sizes)].map((size) => [
    size.name,
    size.files,
    ...[size.raw, size.xz, size.tar, size.patch, size.dedup, size.ours, size.records].map(
      kilobytes,
    ),
    (size.raw / size.ours).toFixed(2),
  ]);
  const ours = ['ours: equal chunks once', 'ours: all', 'of it records'];
  const theirs = ['xz -9 each', 'zstd -19 --long=27 of the tar', 'zstd --patch-from the parent'];
  printTable(['family', 'files', 'raw', ...theirs, ...ours, 'raw / ours'], rows);
  console.log('\nIn kB (1000 bytes).');
}

interface Family {
  readonly name: string;
  /** Paths relative to the data folder. */
  readonly files: readonly string[];
}

function families(): Family[] {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((file) => modelFile.test(file) && !file.startsWith('datasets'))
    .sort();
  const names = [...new Set(files.map((file) => file.split(path.sep)[0] ?? ''))];
  return names.map((name) => ({
    name,
    files: files.filter((file) => file.startsWith(name + path.sep)),
  }));
}

/** The parents of each file that has any, by the data's own record. */
function knownParents(): Map<string, string[]> {
  const text = readFileSync(path.join(data, 'lineage-truth.json'), 'utf8');
  const truth = JSON.parse(text) as { child: string; parent: string; relation: string }[];
  const parents = new Map<string, string[]>();
  for (const { child, parent, relation } of truth)
    if (relation !== 'none') parents.set(child, [...(parents.get(child) ?? []), parent]);
  return parents;
}

/** Bytes of a family in each form. */
interface Sizes {
  readonly name: string;
  readonly files: number;
  readonly raw: number;
  readonly xz: number;
  readonly tar: number;
  readonly patch: number;
  /** Each chunk once, with all records. */
  readonly dedup: number;
  /** Coded, with all records. */
  readonly ours: number;
  readonly records: number;
}

function sumOf(sizes: readonly Sizes[]): Sizes {
  const sum = (key: Exclude<keyof Sizes, 'name'>) =>
    sizes.reduce((total, size) => total + size[key], 0);
  return {
    name: 'all',
    files: sum('files'),
    raw: sum('raw'),
    xz: sum('xz'),
    tar: sum('tar'),
    patch: sum('patch'),
    dedup: sum('dedup'),
    ours: sum('ours'),
    records: sum('records'),
  };
}

const kilobytes = (bytes: number) => Math.round(bytes / 1e3);

async function measure(family: Family, parents: Map<string, string[]>): Promise<Sizes> {
  const contents = family.files.map((file) => readFileSync(path.join(data, file)));
  const raw = contents.reduce((sum, bytes) => sum + bytes.length, 0);
  const xz = contents.reduce((sum, bytes) => sum + runTool('xz', ['-9', '-c'], bytes).length, 0);
  const tar = runTool(
    'zstd',
    ['-19', '--long=27', '-c'],
    runTool('tar', ['-cf', '-', '-C', data, ...family.files]),
  ).length;
  const patch = family.files.reduce((sum, file) => sum + patchBytes(file, parents), 0);
  const bench = await testBench();
  const report = await bench.importFiles(
    family.files.map((file, index) => memorySource(file, contents[index] ?? new Uint8Array(0))),
  );
  for (const { file, error } of report.models)
    if (error !== undefined) console.log(`Not imported: ${file}: ${error.message}\n`);
  const totals = await bench.ports.content.totals();
  return {
    name: family.name,
    files: family.files.length,
    raw,
    xz,
    tar,
    patch,
    dedup: totals.rawBytes + totals.recordBytes,
    ours: totals.storedBytes + totals.recordBytes,
    records: totals.recordBytes,
  };
}

/** The smallest of the file alone and as a patch to each of its known parents. */
function patchBytes(file: string, parents: Map<string, string[]>): number {
  const packed = (...more: string[]) =>
    runTool('zstd', ['-19', '--long=27', ...more, '-c', path.join(data, file)]).length;
  const known = parents.get(file) ?? [];
  return Math.min(
    packed(),
    ...known.map((parent) => packed(`--patch-from=${path.join(data, parent)}`)),
  );
}
