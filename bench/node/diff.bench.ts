import type { Architecture, LayerEdge } from '../../src/core/architecture.ts';
import { diffModels, type DiffSide } from '../../src/core/diff/diffModels.ts';
import { hashArchitecture, matchLayers } from '../../src/core/diff/matchLayers.ts';
import type { ChunkId, NodeId, TensorId } from '../../src/core/ids.ts';
import { chunkBytes } from '../../src/core/snapshot.ts';
import { tensorChange } from '../../src/app/diff/tensorChange.ts';
import { printTable, timed } from './table.ts';

/** A side of every matrix: 24 of them hold 100 million parameters. */
const side = 2048;
const matrices = 24;

/**
 * Matching of two graphs of 1,000 layers, equal, retrained, and with ten layers more; then a pair of
 * 100 M float32 parameters: time to the diff, and how fast tensors are compared as they stream. The
 * chunks are copies of generated ones: no store and no hash is in the times.
 */
export async function run(): Promise<void> {
  const [equal, retrained] = [chain(1000, 'a'), chain(1000, 'b')];
  const rows = [
    ['equal', equal, equal],
    ['all retrained', equal, retrained],
    ['retrained, 10 layers more', chain(990, 'a'), retrained],
  ] as const;
  printTable(
    ['1,000 layers', 'matching ms', 'whole diff ms'],
    rows.map(([name, a, b]) => [
      name,
      timed(3, () => matchLayers(hashed(a), hashed(b))).ms.toFixed(0),
      timed(1, () => diffModels(a, b)).ms.toFixed(0),
    ]),
  );
  const before = process.memoryUsage().rss;
  const [a, b] = [chain(matrices, 'a'), chain(matrices, 'b')];
  const started = performance.now();
  const { tensors } = diffModels(a, b);
  const toDiff = performance.now() - started;
  let most = before;
  const chunks = new Map(['a', 'b'].map((name, i) => [name, generated(i + 1)]));
  const content = {
    read: (chunk: ChunkId) => {
      most = Math.max(most, process.memoryUsage().rss);
      return Promise.resolve((chunks.get(chunk) ?? new Uint8Array(0)).slice());
    },
  };
  const begun = performance.now();
  for (const { transposed } of tensors)
    await tensorChange(
      content,
      { a: stored('a'), b: stored('b'), transposed },
      { signal: new AbortController().signal },
    );
  const seconds = (performance.now() - begun) / 1000;
  const bytes = 2 * matrices * side * side * 4;
  printTable(
    ['100 M parameters', ''],
    [
      ['layers and tensors listed after, ms', toDiff.toFixed(1)],
      ['compared, MB/s of both', (bytes / 1e6 / seconds).toFixed(0)],
      ['all compared after, s', seconds.toFixed(1)],
      ['most memory over the start, MB', ((most - before) / 1e6).toFixed(0)],
    ],
  );
}

function stored(name: 'a' | 'b') {
  const sizeBytes = side * side * 4;
  const chunks = new Array<ChunkId>(sizeBytes / chunkBytes).fill(name as ChunkId);
  return {
    entry: { name, dtype: 'f32', shape: [side, side], payload: 0, role: 'weight' },
    payload: { id: name as TensorId, sizeBytes, chunks },
  } as const;
}

function generated(seed: number): Uint8Array<ArrayBuffer> {
  const values = new Float32Array(chunkBytes / 4).map((_, i) => Math.sin(i * seed));
  return new Uint8Array(values.buffer);
}

function chain(count: number, content: string): DiffSide {
  const architecture: Architecture = {
    layers: Array.from({ length: count }, (_, i) => ({
      name: `block${i}`,
      kind: 'Linear',
      attributes: { in: side, out: side },
      parameters: [{ slot: 'weight', tensor: i, transposed: false }],
    })),
    edges: Array.from({ length: count + 1 }, (_, i): LayerEdge => {
      return { from: i === 0 ? 'IN' : i - 1, to: i === count ? 'OUT' : i, via: [] };
    }),
    assumedEdges: false,
    inputs: [],
    outputs: [],
    opsets: {},
    operators: {},
    parameterCount: count * side * side,
    unusedTensors: [],
    metadata: {},
  };
  const tensors = Array.from({ length: count }, (_, i) => ({
    name: `block${i}.weight`,
    dtype: 'f32' as const,
    shape: [side, side],
    content: `${content}${i}`,
  }));
  return { id: content as NodeId, architecture, tensors };
}

function hashed({ architecture, tensors }: DiffSide) {
  return hashArchitecture(
    architecture,
    tensors.map(({ content }) => content),
  );
}
