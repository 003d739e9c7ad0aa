import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bytesSource } from '../../src/app/create/bytesSource.ts';
import { testBench } from '../../src/app/import/importModels.fixture.ts';
import { randomFrom } from '../../src/core/data/random.ts';
import type { Progress } from './graph.ts';
import { truthEdges, type Truth } from './truth.ts';

/** How the edges found from contents alone stand to a graph's provenance, each a share from 0 to 1. */
export interface InferenceScore {
  readonly found: number;
  readonly precision: number;
  readonly recall: number;
  /** With the direction of edges left aside. */
  readonly undirected: { readonly precision: number; readonly recall: number };
}

interface BuiltModel {
  readonly name: string;
  /** Path within the graph's folder. */
  readonly file: string;
}

/** A provenance edge by the models' places in the graph. */
type Pair = readonly [from: number, to: number];

/**
 * Imports the models of a built graph under names that tell nothing, in an order drawn from `seed`, and
 * compares the edges that are inferred with those it has.
 *
 * @param folder - as `writeLineage` wrote it.
 */
export async function scoreInference(folder: string, seed: number): Promise<InferenceScore> {
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as unknown;
  const { nodes } = read('lineage.json') as { readonly nodes: readonly BuiltModel[] };
  const places = new Map(nodes.map(({ name }, place) => [name, place]));
  const known = truthEdges(read('truth.json') as Truth)
    .filter(({ kind }) => kind === 'provenance')
    .map(({ from, to }): Pair => [places.get(from) ?? -1, places.get(to) ?? -1]);
  const order = [...nodes.keys()];
  randomFrom(seed).shuffle(order);
  const files = order.map((place) => {
    const file = nodes[place]?.file ?? '';
    const bytes = Uint8Array.from(readFileSync(path.join(folder, file)));
    return bytesSource(`m${place}${path.extname(file)}`, bytes);
  });
  const bench = await testBench();
  await bench.importFiles(files);
  const lineage = await bench.ports.session.lineage();
  const placeOf = (id: Parameters<typeof lineage.nodes.get>[0]): number =>
    Number(lineage.nodes.get(id)?.name.slice(1));
  const found = [...lineage.edges.values()].map(({ from, to }): Pair => [placeOf(from), placeOf(to)]); // prettier-ignore
  return scoreOf(found, known);
}

/** Scores pairs against those that are known. */
export function scoreOf(found: readonly Pair[], known: readonly Pair[]): InferenceScore {
  const directed = shares(found.map(String), known.map(String));
  const loose = (pairs: readonly Pair[]): string[] =>
    pairs.map((pair) => String(pair.toSorted((a, b) => a - b)));
  return { found: found.length, ...directed, undirected: shares(loose(found), loose(known)) };
}

function shares(found: readonly string[], known: readonly string[]) {
  const [given, wanted] = [new Set(found), new Set(known)];
  const right = [...given].filter((edge) => wanted.has(edge)).length;
  return {
    precision: right / Math.max(1, given.size),
    recall: right / Math.max(1, wanted.size),
  };
}

/** Orders of import that are tried. */
const orders = 3;

/** Prints the scores of a built graph. */
export async function printInference(folder: string, log: Progress): Promise<void> {
  for (let seed = 1; seed <= orders; seed++) {
    const { found, precision, recall, undirected } = await scoreInference(folder, seed);
    const words = (share: { readonly precision: number; readonly recall: number }): string =>
      `precision ${share.precision.toFixed(2)}, recall ${share.recall.toFixed(2)}`;
    log(`order ${seed}: ${found} edges; directed ${words({ precision, recall })}; undirected ${words(undirected)}`); // prettier-ignore
  }
}
