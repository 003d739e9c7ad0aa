import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { testBench } from '../../src/app/import/importModels.fixture.ts';
import { memorySource } from '../../src/formats/memorySource.fixture.ts';
import type { NodeId } from '../../src/core/ids.ts';
import { peerModels, type KnownModel } from './peerModels.ts';
import type { Peer } from './peers/peer.ts';
import { printSources, readyPeers } from './peers/peers.ts';
import {
  measurePeers,
  printKinds,
  printShortfalls,
  printSizes,
  summed,
  type Measured,
} from './sizeTables.ts';
import { repacked } from './storedKinds.ts';

const data = path.resolve(import.meta.dirname, '../../../shared/data');
const modelFile = /\.(onnx|safetensors|pth|pt|th|tar|jit)$/;

/**
 * Bytes of each model family, imported in one go with kinship found from content, next to other ways of
 * storing them. Those that store differences are told the parents of `lineage-truth.json` and take the
 * smallest; ours is told nothing. `MGIT_FAMILIES=yunet,gtcrn` measures only those.
 */
export async function run(): Promise<void> {
  if (!existsSync(data)) {
    console.log('SKIPPED: ../shared/data is not there.');
    return;
  }
  const peers = readyPeers();
  const parents = knownParents();
  const measured: Measured[] = [];
  const some = process.env['MGIT_FAMILIES']?.split(',');
  for (const family of families()) {
    if (some?.includes(family.name) === false) continue;
    const started = performance.now();
    measured.push(await measure(family, parents, peers));
    console.error(`${family.name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  const all = [...measured, summed(measured)];
  console.log('### Sizes\n');
  printSizes(all, peers);
  console.log('\n### Ours by kind\n');
  printKinds(all);
  console.log('\n### Against the smallest\n');
  printShortfalls(all, peers);
  console.log('\n### The other ways\n');
  printSources(peers);
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

async function measure(
  family: Family,
  parents: ReadonlyMap<string, readonly string[]>,
  peers: readonly Peer[],
): Promise<Measured> {
  const files = new Map(
    family.files.map((file) => [file, new Uint8Array(readFileSync(path.join(data, file)))]),
  );
  const bench = await testBench();
  const report = await bench.importFiles(
    [...files].map(([file, bytes]) => memorySource(file, bytes)),
  );
  const ids = new Map<string, NodeId>();
  for (const { file, id, error } of report.models)
    if (id !== undefined) ids.set(file, id);
    else
      console.log(`Left out everywhere, for it is no whole model: ${file}: ${error?.message}.\n`);
  const known = [...ids].map(([file, id]): KnownModel => ({
    id,
    path: file,
    file: files.get(file) ?? new Uint8Array(0),
    parents: (parents.get(file) ?? []).flatMap((parent) => ids.get(parent) ?? []),
  }));
  const models = await peerModels(bench.ports, known);
  return measurePeers(family.name, models, await repacked(bench), peers);
}
