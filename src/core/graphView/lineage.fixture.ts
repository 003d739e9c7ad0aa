import fc from 'fast-check';
import type { NodeId, SnapshotId } from '../ids.ts';
import type { Edge, EdgeGrade, EdgeKind, GraphData, ModelNode } from '../lineage/graph.ts';
import type { FormatName } from '../snapshot.ts';

const formats: readonly FormatName[] = ['onnx', 'safetensors', 'pytorch'];

/** The model with number `i` of a made-up lineage. */
export function modelNode(i: number, more: Partial<ModelNode> = {}): ModelNode {
  return {
    id: `id${i}` as NodeId,
    name: `model-${i}`,
    snapshot: `snapshot${i}` as SnapshotId,
    tags: i % 3 === 0 ? ['third'] : [],
    notes: '',
    createdAt: 1_700_000_000_000 + i * 3_600_000,
    summary: {
      format: formats[i % formats.length] ?? 'onnx',
      fileName: `model-${i}.onnx`,
      sizeBytes: 1000 * (i + 1),
      parameterCount: 250 * (i + 1),
      tensorCount: 4,
      architecture: `architecture${i % 4}`,
      layers: 'Conv ×4',
    },
    ...more,
  };
}

export function edgeBetween(
  from: number,
  to: number,
  kind: EdgeKind = 'provenance',
  grade: EdgeGrade = 'declared',
): Edge {
  return { kind, from: `id${from}` as NodeId, to: `id${to}` as NodeId, grade };
}

/** A lineage of `count` models numbered from 0 with the given edges. */
export function lineage(count: number, edges: readonly Edge[]): GraphData {
  return {
    nodes: Array.from({ length: count }, (_, i) => modelNode(i)),
    edges,
    rejections: [],
    datasets: [],
    tests: [],
    branches: [],
  };
}

/** Arbitrary lineages without cycles, of up to `most` models. */
export function anyLineage(most: number): fc.Arbitrary<GraphData> {
  return fc.integer({ min: 1, max: most }).chain((count) =>
    fc
      .array(
        fc.record({
          a: fc.nat(count - 1),
          b: fc.nat(count - 1),
          kind: fc.constantFrom<EdgeKind>('provenance', 'version'),
          grade: fc.constantFrom<EdgeGrade>('declared', 'inferred', 're-derived'),
        }),
        { maxLength: most * 2 },
      )
      .map((picks) => {
        const seen = new Set<string>();
        const edges = picks.flatMap(({ a, b, kind, grade }) => {
          const key = `${kind} ${Math.min(a, b)} ${Math.max(a, b)}`;
          if (a === b || seen.has(key)) return [];
          seen.add(key);
          return [edgeBetween(Math.min(a, b), Math.max(a, b), kind, grade)];
        });
        return lineage(count, edges);
      }),
  );
}

/**
 * A lineage as lineages are: families of very different sizes, children of few hubs, lines of versions.
 *
 * @param random - gives numbers from 0 up to, not including, 1.
 */
export function largeLineage(count: number, random: () => number): GraphData {
  const edges: Edge[] = [];
  const lastOfLine = new Map<number, number>();
  for (let i = 1; i < count; i++) {
    if (random() < 0.03) continue;
    const parent = Math.floor(i * random() ** 0.7);
    edges.push(edgeBetween(parent, i, 'provenance', random() < 0.6 ? 'inferred' : 'declared'));
    const line = Math.floor((random() * count) / 4);
    const before = lastOfLine.get(line);
    if (before !== undefined) edges.push(edgeBetween(before, i, 'version'));
    lastOfLine.set(line, i);
  }
  return lineage(count, edges);
}
