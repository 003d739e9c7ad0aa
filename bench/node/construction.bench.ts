import { createHash } from 'node:crypto';
import { constructionMemory, constructLineage } from '../../src/app/constructLineage.ts';
import { reviseLineage } from '../../src/app/reviseLineage.ts';
import {
  graphOf,
  hasFamilies,
  knownPairs,
  loadFamilies,
  nodeOf,
  noRun,
  type Families,
} from '../../src/app/constructLineage.fixture.ts';
import {
  scored,
  scoreEdges,
  shuffled,
  type Score,
} from '../../src/app/scoreConstruction.fixture.ts';
import {
  modelFingerprinter,
  type FingerprintInput,
} from '../../src/core/construction/fingerprint.ts';
import {
  paperConstruction,
  paperDivergence,
  type Divergence,
} from '../../src/core/construction/paperRule.ts';
import type { ModelFingerprint } from '../../src/core/construction/types.ts';
import type { TensorId } from '../../src/core/ids.ts';
import type { GraphData, ModelNode } from '../../src/core/lineage/graph.ts';
import { median, printTable } from './table.ts';

const orders = 10;
/** Revising compares whole families at every step, so fewer orders are run. */
const revisedOrders = 3;
const sizes = [500, 1000, 2000, 5000];

/** Accuracy on the real families beside the paper's rule, speed of fingerprints, and cost by size. */
export async function run(): Promise<void> {
  if (hasFamilies) await accuracy();
  else console.log('Accuracy SKIPPED: ../shared/data is not there.\n');
  fingerprintSpeed();
  await scaling();
}

async function accuracy(): Promise<void> {
  const truth = knownPairs();
  const families = await loadFamilies();
  const batch = scoreEdges(scored(await constructAll(families)), truth);
  const single: Score[] = [];
  const revised: Score[] = [];
  const paper: Score[] = [];
  const divergence = cachedDivergence();
  for (let seed = 1; seed <= orders; seed++) {
    single.push(scoreEdges(scored(await oneByOne(families, seed, false)), truth));
    if (seed <= revisedOrders)
      revised.push(scoreEdges(scored(await oneByOne(families, seed, true)), truth));
    const edges = paperConstruction(shuffled(families.paper, seed), divergence);
    paper.push(
      scoreEdges(
        edges.map(({ from, to }) => ({
          kind: 'provenance' as const, from, to, certainty: 1, ofWeights: true,
        })), // prettier-ignore
        truth,
      ),
    );
  }
  console.log(`${families.nodes.length} models, ${batch.known} pairs with inherited weights.\n`);
  printTable(
    ['rule', 'pairs found', 'joined by a path', 'precision', 'recall', 'F1', 'false on non-pairs', 'direction right / untold / wrong', 'unlisted edges'],
    [
      ['ours, one batch', ...scoreCells([batch])],
      [`ours, one by one, ${orders} orders`, ...scoreCells(single)],
      [`same, inferred edges revised, ${revisedOrders} orders`, ...scoreCells(revised)],
      [`paper’s rule, ${orders} orders`, ...scoreCells(paper)],
    ],
  ); // prettier-ignore
  if (batch.missed.length > 0) console.log(`\nMissed by the batch: ${batch.missed.join('; ')}.`);
  console.log(`\nUnlisted, so neither right nor wrong: ${batch.unlisted.join('; ')}.\n`);
}

/** Medians, with the range where the orders differ. */
function scoreCells(scores: readonly Score[]): string[] {
  const cell = (of: (score: Score) => number, digits = 0): string => {
    const values = scores.map(of);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const middle = median(values).toFixed(digits);
    return low === high ? middle : `${middle} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
  };
  return [
    cell((s) => s.found),
    cell((s) => s.joined),
    cell((s) => s.precision, 3),
    cell((s) => s.recall, 3),
    cell((s) => s.f1, 3),
    cell((s) => s.falseKinship.length),
    [
      cell((s) => s.direction.right),
      cell((s) => s.direction.untold),
      cell((s) => s.direction.wrong),
    ].join(' / '),
    cell((s) => s.unlisted.length),
  ];
}

async function constructAll(families: Families) {
  const graph = graphOf(families.nodes);
  const ids = graph.nodes.map(({ id }) => id);
  return constructLineage(portsOf(families.prints), graph, ids, noRun);
}

async function oneByOne(families: Families, seed: number, revise: boolean) {
  const memory = constructionMemory();
  const ports = portsOf(families.prints);
  let graph: GraphData = graphOf([]);
  for (const node of shuffled(families.nodes, seed)) {
    graph = { ...graph, nodes: [...graph.nodes, node] };
    const { added, removed } = revise
      ? await reviseLineage(ports, graph, [node.id], noRun, memory)
      : {
          added: await constructLineage(ports, graph, [node.id], noRun, memory),
          removed: [],
        };
    const gone = new Set(removed);
    graph = { ...graph, edges: [...graph.edges.filter((edge) => !gone.has(edge)), ...added] };
  }
  return graph.edges;
}

function portsOf(prints: ReadonlyMap<string, ModelFingerprint>) {
  return { fingerprint: (snapshot: string) => Promise.resolve(prints.get(snapshot)) };
}

function cachedDivergence() {
  const known = new Map<string, Divergence>();
  return (...[a, b]: Parameters<NonNullable<Parameters<typeof paperConstruction<string>>[1]>>) => {
    const key = [a.key, b.key].sort().join(' ');
    const found = known.get(key) ?? paperDivergence(a.graph, b.graph);
    known.set(key, found);
    return found;
  };
}

function fingerprintSpeed(): void {
  const rows = [
    ['one tensor of 256 MiB', 1, 8192],
    ['256 tensors of 1 MiB', 256, 512],
    ['2,000 tensors of 4 KiB', 2000, 32],
  ].map(([label, count, side]) => {
    const [tensors, extent] = [Number(count), Number(side)];
    const bytes = new Uint8Array(4 * extent * extent);
    const values = new Float32Array(bytes.buffer);
    for (let i = 0; i < values.length; i++) values[i] = Math.sin(i * i * 0.001) / 10;
    const input = inputOf(Array.from({ length: tensors }, () => [extent, extent]));
    const started = performance.now();
    const printer = modelFingerprinter(input);
    for (let i = 0; i < tensors; i++) {
      const payload = printer.payload(i);
      for (let at = 0; at < bytes.length; at += 2 ** 22) {
        payload.update(bytes.subarray(at, at + 2 ** 22));
      }
      payload.finish('0'.repeat(64) as TensorId);
    }
    const print = printer.finish();
    const seconds = (performance.now() - started) / 1000;
    const kept = print.samples.byteLength + print.sketches.byteLength;
    return [
      String(label),
      ((bytes.length * tensors) / 1e6 / seconds).toFixed(0),
      (kept / tensors).toFixed(0),
    ];
  });
  printTable(['fingerprint of f32', 'MB/s', 'bytes of samples and sketches per tensor'], rows);
  console.log('');
}

async function scaling(): Promise<void> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const prints = new Map<string, ModelFingerprint>();
    const nodes: ModelNode[] = [];
    for (let i = 0; i < size; i++) {
      const file = `family${Math.floor(i / 10)}-member${i % 10}.pth`;
      const print = syntheticPrint(Math.floor(i / 10), i % 10);
      prints.set(file, print);
      nodes.push(nodeOf(file, print));
    }
    const ids = nodes.map(({ id }) => id);
    const started = performance.now();
    const edges = await constructLineage(portsOf(prints), graphOf(nodes), ids, noRun);
    const batchMs = performance.now() - started;

    // The last of each tenth family is new to a graph that holds the others.
    const memory = constructionMemory();
    const late = new Set(ids.filter((_, i) => i % 100 === 99));
    let graph = graphOf(nodes.filter(({ id }) => !late.has(id)));
    const [first] = graph.nodes;
    if (first) await constructLineage(portsOf(prints), graph, [first.id], noRun, memory);
    const times: number[] = [];
    for (const node of nodes.filter(({ id }) => late.has(id))) {
      graph = { ...graph, nodes: [...graph.nodes, node] };
      const begun = performance.now();
      await constructLineage(portsOf(prints), graph, [node.id], noRun, memory);
      times.push(performance.now() - begun);
    }
    const found = edges.filter(({ kind }) => kind === 'provenance');
    const family = (id: string): string => id.replace(/-member.*/, '');
    const right = found.filter(({ from, to }) => family(from) === family(to));
    rows.push([
      String(size),
      (batchMs / 1000).toFixed(1),
      (batchMs / size).toFixed(2),
      median(times).toFixed(1),
      `${right.length} of ${(size * 9) / 10}`,
      String(found.length - right.length),
      (process.memoryUsage().heapUsed / 2 ** 20).toFixed(0),
    ]);
  }
  printTable(
    ['models', 'batch, s', 'per model, ms', 'one more, ms', 'edges within families', 'across families', 'heap, MiB'],
    rows,
  ); // prettier-ignore
}

const shapes = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? [24, 24] : [24]));

/** Member `step` of a family of finetunes, each from the one before; all of one layout. */
function syntheticPrint(family: number, step: number): ModelFingerprint {
  const printer = modelFingerprinter(inputOf(shapes));
  for (const [index, shape] of shapes.entries()) {
    const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    for (let k = 0; k <= step; k++) {
      let state = (family * 1000 + index * 31 + k * 7919 + 1) >>> 0;
      const size = k === 0 ? 1 : 0.15;
      for (let i = 0; i < values.length; i++) {
        let sum = 0;
        for (let term = 0; term < 4; term++) {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          sum += state / 2 ** 32 - 0.5;
        }
        values[i] = (values[i] ?? 0) + size * sum;
      }
    }
    const bytes = new Uint8Array(values.buffer);
    const payload = printer.payload(index);
    payload.update(bytes);
    payload.finish(createHash('sha256').update(bytes).digest('hex') as TensorId);
  }
  return printer.finish();
}

function inputOf(all: readonly (readonly number[])[]): FingerprintInput {
  return {
    format: 'pytorch',
    tensors: all.map((shape, payload) => ({
      name: `layer${payload}`, dtype: 'f32' as const, shape, role: 'weight' as const, payload,
    })), // prettier-ignore
    payloadBytes: all.map((shape) => 4 * shape.reduce((product, extent) => product * extent, 1)),
    architecture: {
      layers: [], edges: [], assumedEdges: true, inputs: [], outputs: [], opsets: {},
      operators: {}, parameterCount: 0, unusedTensors: [], metadata: {},
    }, // prettier-ignore
  };
}
