import { existsSync } from 'node:fs';
import path from 'node:path';
import { stepsCodec } from '../../src/codecs/steps/stepsCodec.ts';
import { parentModel } from '../../src/app/create/parentModel.ts';
import { functionOf } from '../../src/app/functions/registry.ts';
import { noRun } from '../../src/app/import/importModels.fixture.ts';
import { lossyService } from '../../src/app/lossy/lossyService.ts';
import { noSandbox } from '../../src/app/modelTests/modelTestBench.fixture.ts';
import { TestMemory } from '../../src/app/modelTests/testMemory.ts';
import { testService } from '../../src/app/modelTests/testService.ts';
import type { TestPorts } from '../../src/app/modelTests/testPorts.ts';
import { collectGarbage } from '../../src/app/storage/collectGarbage.ts';
import type { ChunkId, NodeId } from '../../src/core/ids.ts';
import { mgitStep, quantise } from '../../src/core/lossy/quantise.ts';
import type { LossyOrder, LossyResult } from '../../src/core/lossyViews.ts';
import type { Literal } from '../../src/core/network/network.ts';
import { lineageBench, type LineageBench } from '../../tools/lineages/lineageBench.ts';
import { pickedPictures, readMnist, someRows } from '../../tools/lineages/pictures.ts';
import { s2, s2Full, s2Tasks } from '../../tools/lineages/s2.ts';
import { printTable } from './table.ts';
import { hasTool, runTool } from './tools.ts';

const data = path.resolve(import.meta.dirname, '../../../shared/data/datasets');

/** The paper's ε, and what its quantiser makes of it. */
const mgit = { quantiser: 'mgit', epsilon: 1e-4 } as const;

const ways: readonly { readonly name: string; readonly order: Omit<LossyOrder, 'nodes'> }[] = [
  { name: 'one step, ε 1e-4', order: { ...mgit, ifWorse: 'reject' } },
  { name: 'one step, largest ε ≤ 1e-2', order: { quantiser: 'mgit', epsilon: 1e-2, ifWorse: 'smaller' } }, // prettier-ignore
  { name: 'a step for each tensor, ε 0.02', order: { quantiser: 'per tensor', epsilon: 0.02, ifWorse: 'smaller' } }, // prettier-ignore
  { name: 'a step for each tensor, largest ε ≤ 0.3', order: { quantiser: 'per tensor', epsilon: 0.3, ifWorse: 'smaller' } }, // prettier-ignore
  { name: '… and grown by tensor', order: { quantiser: 'per tensor', epsilon: 0.3, ifWorse: 'smaller', refine: true, mostRuns: 40 } }, // prettier-ignore
];

/**
 * An adaptation graph (S2 of docs/lineages.md: a base, three tasks, six versions of each) held losslessly, as
 * MGit holds it (int64 steps through LZMA, all tensors of a model or none, re-created here), and lossily as the
 * app does. Every row says what the tests allowed. The base stays exact in each.
 */
export async function run(): Promise<void> {
  if (!existsSync(data) || !hasTool('xz')) {
    console.log('SKIPPED: ../shared/data/datasets or xz is not there.');
    return;
  }
  const bench = await lineageBench();
  try {
    await measure(bench);
  } finally {
    await bench.close();
  }
}

async function measure(bench: LineageBench): Promise<void> {
  const begun = performance.now();
  const all = readMnist(path.join(data, 'mnist'));
  const pictures = pickedPictures(all, someRows(all.count, 0, 8000, 9));
  await s2(pictures, { ...s2Full, tasks: 3, versions: 6 }).build(bench, () => undefined);
  const built = (performance.now() - begun) / 1000;
  const ports: TestPorts = { ...bench.app.ports, functionOf, sandbox: noSandbox, tested: new TestMemory() }; // prettier-ignore
  await addTests(ports);
  const { nodes } = await ports.session.lineage();
  const models = [...nodes.values()].filter(({ recipe }) => recipe !== undefined);
  const raw = await rawBytes(ports, [...nodes.keys()]);
  const exact = await storedBytes(ports, [...nodes.keys()]);
  const rows: (string | number)[][] = [
    ['exact, as stored', 'lossless', models.length, mega(raw), mega(exact), (raw / exact).toFixed(2), '–', '–'], // prettier-ignore
  ];
  const ids = models.map(({ id }) => id);
  for (const { name, order } of ways) {
    const started = performance.now();
    const { results } = await lossyService(ports, stepsCodec).makeLossy({ ...order, nodes: ids }, noRun); // prettier-ignore
    const seconds = (performance.now() - started) / 1000;
    if (name === ways[0]?.name) rows.push(await asMgit(ports, results, raw));
    rows.push(await row(ports, name, results, raw, seconds));
    await goBack(ports, results);
  }
  console.log(
    `${nodes.size} models of ${mega(raw / nodes.size)} MB, built in ${built.toFixed(0)} s.\n`,
  );
  printTable(['form', 'kind', 'models in it', 'raw MB', 'stored MB', 'raw / stored', 'metrics worse than tolerated', 'seconds'], rows); // prettier-ignore
}

/** A test of each task on what its models never saw, with the function's own tolerances. */
async function addTests(ports: TestPorts): Promise<void> {
  const { nodes, datasets } = await ports.session.lineage();
  for (const { name } of s2Tasks) {
    const first = [...nodes.values()].find((node) => node.name === `${name}-v0`);
    const use = first?.recipe?.data[0];
    const set = [...datasets.values()].find(({ snapshot }) => snapshot === use?.dataset);
    if (first === undefined || set === undefined) continue;
    await testService(ports).save({
      name: `${name} on unseen pictures`,
      function: 'classification',
      data: { dataset: set.snapshot, name: set.name, reading: set.reading, part: 'test' },
      bindings: [{ is: 'node', node: first.id, descendants: true }],
    });
  }
}

async function rawBytes(ports: TestPorts, ids: readonly NodeId[]): Promise<number> {
  let sum = 0;
  for (const id of ids) {
    const { stored } = await parentModel(ports, id, noRun);
    for (const { sizeBytes } of stored.manifest.payloads) sum += sizeBytes;
  }
  return sum;
}

const mega = (bytes: number): string => (bytes / 1e6).toFixed(3);

type Made = Extract<LossyResult, { readonly is: 'made' }>;
const madeOf = (results: readonly LossyResult[]): Made[] =>
  results.flatMap((result) => (result.is === 'made' ? [result] : []));

const worseOf = (results: readonly LossyResult[]): number =>
  madeOf(results).reduce((sum, { receipt }) => sum + receipt.tests.filter(({ worse }) => worse).length, 0); // prettier-ignore

/** What the store takes when the originals of what was made are gone. */
async function row(
  ports: TestPorts,
  name: string,
  results: readonly LossyResult[],
  raw: number,
  seconds: number,
): Promise<(string | number)[]> {
  const made = madeOf(results);
  const before = await ports.session.lineage();
  const lossy = new Set(made.map(({ original }) => original));
  const kept = [...before.nodes.keys()].filter((id) => !lossy.has(id));
  const stored = await storedBytes(ports, kept);
  return [name, 'lossy', made.length, mega(raw), mega(stored), (raw / stored).toFixed(2), worseOf(results), seconds.toFixed(0)]; // prettier-ignore
}

/** What the tensors of models take in the store, each chunk once. */
async function storedBytes(ports: TestPorts, ids: readonly NodeId[]): Promise<number> {
  const chunks = new Set<ChunkId>();
  for (const id of ids)
    for (const payload of (await parentModel(ports, id, noRun)).stored.manifest.payloads)
      for (const chunk of payload.chunks) chunks.add(chunk);
  const described = await ports.content.describe([...chunks]);
  return described.reduce((sum, one) => sum + (one?.storedBytes ?? 0), 0);
}

/** MGit's bytes for the models that its gate lets through; the others whole. */
async function asMgit(
  ports: TestPorts,
  results: readonly LossyResult[],
  raw: number,
): Promise<(string | number)[]> {
  const made = new Map(madeOf(results).map((one) => [one.original, one]));
  let stored = 0;
  for (const node of (await ports.session.lineage()).nodes.values()) {
    if (node.outcome?.lossy !== undefined) continue;
    const one = made.get(node.id);
    stored += one === undefined ? await rawBytes(ports, [node.id]) : await lzmaBytes(ports, one);
  }
  return ['MGit: int64 steps, LZMA, ε 1e-4', 'lossy', made.size, mega(raw), mega(stored), (raw / stored).toFixed(2), 0, '–']; // prettier-ignore
}

/** The steps of each tensor as int64 through LZMA; tensors without a counterpart whole. */
async function lzmaBytes(ports: TestPorts, { original, receipt }: Made): Promise<number> {
  const model = await parentModel(ports, original, noRun);
  const base = receipt.base === undefined ? undefined : await parentModel(ports, receipt.base, noRun); // prettier-ignore
  const names = model.tensors.map(({ name }) => name);
  const [values, bases] = [await model.values(names), (await base?.values(names)) ?? new Map<string, Literal>()]; // prettier-ignore
  let sum = 0;
  for (const [name, { dtype, bytes }] of values) {
    const from = bases.get(name);
    if (dtype !== 'f32' || from?.bytes.length !== bytes.length) {
      sum += bytes.length;
      continue;
    }
    const { integers } = quantise({ dtype, bytes, base: from.bytes, step: mgitStep(mgit.epsilon) });
    if (integers.every((q) => q === 0)) continue;
    const wide = BigInt64Array.from(integers, BigInt);
    sum += runTool('xz', ['-6', '-c'], new Uint8Array(wide.buffer)).length;
  }
  return sum;
}

async function goBack(ports: TestPorts, results: readonly LossyResult[]): Promise<void> {
  const made = madeOf(results).map(({ node }) => node);
  if (made.length > 0) await lossyService(ports, stepsCodec).promoteLossy(made);
  await collectGarbage(ports, noRun, 0);
}
