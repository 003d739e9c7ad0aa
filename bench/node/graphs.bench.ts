import { existsSync } from 'node:fs';
import path from 'node:path';
import type { NodeId } from '../../src/core/ids.ts';
import type { Graph } from '../../tools/lineages/graph.ts';
import { lineageBench, type LineageBench } from '../../tools/lineages/lineageBench.ts';
import { checkLineage } from '../../tools/lineages/truth.ts';
import { peerModels, type KnownModel } from './peerModels.ts';
import { printSources, readyPeers } from './peers/peers.ts';
import type { Peer } from './peers/peer.ts';
import { graphsOf } from './referenceGraphs.ts';
import {
  measurePeers,
  printKinds,
  printShortfalls,
  printSizes,
  type Measured,
} from './sizeTables.ts';
import { addRecords, recordsOf, repacked, type Records, type StoredKinds } from './storedKinds.ts';

const data = path.resolve(import.meta.dirname, '../../../shared/data/datasets');

/**
 * Bytes of graphs made by our own creation functions, shaped as G1 to G5 of the paper's artefact, beside
 * other ways of storing the same models, which are told every parent. Graphs of the same kinds but fewer
 * models than in docs/lineages.md, to be built in minutes; `MGIT_GRAPHS=full` builds all of those, and
 * `MGIT_GRAPHS=s3,s5` the small ones of these names.
 */
export async function run(): Promise<void> {
  if (!existsSync(data)) {
    console.log('SKIPPED: ../shared/data/datasets is not there.');
    return;
  }
  const asked = process.env['MGIT_GRAPHS'] ?? '';
  const peers = readyPeers();
  const measured: Measured[] = [];
  for (const { name, make } of graphsOf(asked === 'full')) {
    if (!['', 'full'].includes(asked) && !asked.split(',').includes(name)) continue;
    const started = performance.now();
    measured.push(await measure(name, make(data), peers));
    console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  console.log('\n### Sizes\n');
  printSizes(measured, peers);
  console.log('\n### Ours by kind\n');
  printKinds(measured);
  console.log('\n### Against the smallest\n');
  printShortfalls(measured, peers);
  console.log('\n### The other ways\n');
  printSources(peers);
}

/** Builds a graph, makes sure that it is what it was meant to be, and measures its models. */
async function measure(name: string, graph: Graph, peers: readonly Peer[]): Promise<Measured> {
  const bench = await lineageBench();
  try {
    const counted = countingData(bench);
    await graph.build(counted.bench, () => undefined);
    const lineage = await bench.app.ports.session.lineage();
    checkLineage(graph.truth, lineage);
    for (const line of (await graph.check?.(bench)) ?? []) console.log(`${name}: ${line}`);
    const stored = await repacked(bench.app);
    const known: KnownModel[] = [];
    for (const [id, node] of lineage.nodes) {
      const { bytes } = await bench.fileOf(id);
      known.push({ id, path: node.name, file: bytes, parents: parentsOf(graph, node.name, lineage.names) }); // prettier-ignore
    }
    const models = await peerModels(bench.app.ports, known);
    const withoutData = (kinds: StoredKinds) => ({
      ...kinds,
      records: addRecords(kinds.records, counted.records(), -1),
    });
    const sizes = { imported: withoutData(stored.imported), ours: withoutData(stored.ours) };
    return await measurePeers(name, models, sizes, peers);
  } finally {
    await bench.close();
  }
}

/** What a model was made from, by the truth that the graph was built by. */
function parentsOf(graph: Graph, name: string, ids: ReadonlyMap<string, NodeId>): NodeId[] {
  const from = graph.truth.nodes.find((node) => node.name === name)?.from ?? [];
  return from.flatMap((parent) => ids.get(parent) ?? []);
}

/** The bench, and what the records of data sets added with it take: they are no models'. */
function countingData(bench: LineageBench): { bench: LineageBench; records: () => Records } {
  let records: Records = { files: 0, remade: 0, reports: 0 };
  return {
    records: () => records,
    bench: {
      ...bench,
      addData: async (...order) => {
        const before = recordsOf(bench.app);
        const made = await bench.addData(...order);
        records = addRecords(records, addRecords(recordsOf(bench.app), before, -1));
        return made;
      },
    },
  };
}
