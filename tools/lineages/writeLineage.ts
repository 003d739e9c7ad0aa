import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reportStorage } from '../../src/app/storage/reportStorage.ts';
import type { NodeId } from '../../src/core/ids.ts';
import type { Lineage } from '../../src/core/lineage/lineage.ts';
import type { Scores } from './graph.ts';
import { accuracyOf, type LineageBench } from './lineageBench.ts';
import { countsOf, namedEdges, truthEdges, type Counts, type Truth } from './truth.ts';

/** Bytes of a graph. */
export interface Sizes {
  /** Of the model files. */
  readonly raw: number;
  /** With every tensor stored once: what sharing alone gives, records included. */
  readonly shared: number;
  /** As the store has them: shared, as deltas, compressed, records included. */
  readonly stored: number;
}

export interface BuildTime {
  readonly wallSeconds: number;
  /** Of all threads; on a busy machine this tells more. */
  readonly cpuSeconds: number;
}

/** What a built graph is, for people and tables. */
export interface Summary {
  readonly graph: string;
  readonly counts: Counts;
  readonly sizes: Sizes;
  readonly time: BuildTime;
  /** Smallest, middle and largest accuracy on test examples. */
  readonly accuracies: readonly [number, number, number];
}

/** Bytes of all models; data sets are left out, records of the store are counted. */
export async function sizesOf({ app: { ports } }: LineageBench): Promise<Sizes> {
  const { nodes } = await ports.session.lineage();
  const models = await reportStorage(ports, [...nodes.keys()]);
  const { recordBytes } = await ports.content.totals();
  return {
    raw: models.rawBytes,
    shared: models.dedupBytes + recordBytes,
    stored: models.storedBytes + recordBytes,
  };
}

/** Writes `models/`, `lineage.json` and `truth.json`. The same graph gives the same bytes. */
export async function writeLineage(
  bench: LineageBench,
  truth: Truth,
  scores: Scores,
  folder: string,
): Promise<void> {
  const lineage = await bench.app.ports.session.lineage();
  const models = path.join(folder, 'models');
  mkdirSync(models, { recursive: true });
  const nodes = [];
  for (const { name } of truth.nodes) {
    const id = lineage.names.get(name);
    if (id === undefined) throw new Error(`no model ${name}`);
    const { path: made, bytes } = await bench.fileOf(id);
    const file = `${name.replaceAll(/[^\w.-]/g, '-')}${path.extname(made)}`;
    writeFileSync(path.join(models, file), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    nodes.push({
      ...entryOf(lineage, id),
      file: `models/${file}`,
      sha256,
      scores: scores.get(name),
    });
  }
  const written = { graph: truth.graph, about: truth.about, nodes, edges: namedEdges(lineage) };
  writeJson(path.join(folder, 'lineage.json'), written);
  const known = { ...truth, counts: countsOf(truth), edges: truthEdges(truth) };
  writeJson(path.join(folder, 'truth.json'), known);
}

/** A model without what differs from build to build: ids and times. */
function entryOf({ nodes }: Lineage, id: NodeId) {
  const node = nodes.get(id);
  const recipe = node?.recipe && {
    ...node.recipe,
    parents: node.recipe.parents.map(({ node: parent, ...rest }) => ({
      ...rest,
      node: nodes.get(parent)?.name,
    })),
    group: undefined,
  };
  return { name: node?.name, recipe, outcome: node?.outcome };
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 1)}\n`);
}

export async function summaryOf(
  bench: LineageBench,
  truth: Truth,
  scores: Scores,
  time: BuildTime,
): Promise<Summary> {
  const { nodes } = await bench.app.ports.session.lineage();
  const accuracies = [...nodes.values()]
    .map(({ name, outcome }) => scores.get(name)?.['accuracy'] ?? accuracyOf(outcome?.test))
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  const at = (share: number): number =>
    accuracies[Math.round(share * (accuracies.length - 1))] ?? NaN;
  return {
    graph: truth.graph,
    counts: countsOf(truth),
    sizes: await sizesOf(bench),
    time,
    accuracies: [at(0), at(0.5), at(1)],
  };
}

/** The summary as lines to print. */
export function summaryLines({ graph, counts, sizes, time, accuracies }: Summary): string[] {
  const { raw, shared, stored } = sizes;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  const times = (bytes: number): string => `${(raw / bytes).toFixed(2)} × smaller`;
  const [least, middle, most] = accuracies.map((value) => (100 * value).toFixed(1));
  return [
    `${graph}: ${counts.nodes} models, ${counts.provenance} provenance and ${counts.version} version edges`,
    `raw ${mb(raw)}; shared ${mb(shared)} (${times(shared)}); stored ${mb(stored)} (${times(stored)})`,
    `accuracy ${least} to ${most} %, half of the models above ${middle} %`,
    `${time.wallSeconds.toFixed(1)} s, of which ${time.cpuSeconds.toFixed(1)} s on the processor`,
  ];
}
