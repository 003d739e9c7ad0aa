import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../ids.ts';
import type { Edge } from '../lineage/graph.ts';
import type { ConstructionNode } from './node.ts';
import { proposeEdges, relatedPair } from './proposeEdges.ts';
import {
  averaged,
  finetuned,
  nodeOfNet,
  pruned,
  quantised,
  replaced,
  trained,
  transposedExport,
  type Net,
} from './synthetic.fixture.ts';

function propose(nodes: readonly ConstructionNode[], edges: readonly Edge[] = []): Edge[] {
  const sorted = [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
  const pairs = sorted.flatMap((_, a) =>
    sorted.slice(a + 1).flatMap((__, i) => relatedPair(sorted, a, a + 1 + i, false) ?? []),
  );
  const isNew = new Set(nodes.map(({ id }) => id));
  return proposeEdges({ nodes: sorted, isNew, pairs, edges, rejections: [] });
}

function text(edges: readonly Edge[], kind: Edge['kind'] = 'provenance'): string[] {
  return edges
    .filter((edge) => edge.kind === kind)
    .map(({ from, to }) => `${from} → ${to}`)
    .sort();
}

const base = trained(1);

describe('proposed edges', () => {
  it('hangs export, quantised and pruned models under what they were made from', () => {
    const exported = transposedExport(base);
    const nodes = [
      nodeOfNet('weights.pth', base),
      nodeOfNet('net.onnx', exported),
      nodeOfNet('net_int8.onnx', { ...quantised(exported, 'i8'), format: 'onnx' }),
      nodeOfNet('thin.pth', pruned(base, 0.6)),
      nodeOfNet('stranger.pth', trained(2)),
    ];
    const edges = propose(nodes);
    expect(text(edges)).toEqual([
      'net.onnx → net_int8.onnx',
      'weights.pth → net.onnx',
      'weights.pth → thin.pth',
    ]);
    for (const { evidence } of edges) {
      expect(evidence?.direction.confidence).toBeGreaterThan(0.9);
    }
  });

  it('orders a run by its distances and its epochs, as descent and as versions', () => {
    const runs: Net[] = [base];
    for (let i = 1; i < 6; i++) {
      const before = runs.at(-1) ?? base;
      runs.push(finetuned(before, 0.3 / i, 10 + i));
    }
    const nodes = runs.map((net, i) => nodeOfNet(`run-epoch-${i * 10}.pth`, net));
    const chain = [10, 20, 30, 40, 50].map((e) => `run-epoch-${e - 10}.pth → run-epoch-${e}.pth`);
    expect(text(propose(nodes))).toEqual(chain);
    expect(text(propose(nodes), 'version')).toEqual(chain);
  });

  it('says that it cannot tell the direction where nothing does', () => {
    const nodes = [
      nodeOfNet('left.pth', base),
      nodeOfNet(
        'right.pth',
        replaced(base, (n) => n.startsWith('fc2'), 4),
      ),
    ];
    const [edge] = propose(nodes);
    expect(edge?.evidence?.direction.confidence).toBe(0.5);
  });

  it('gives an average all its parents, with their weights, and no decoys', () => {
    const clients = [1, 2, 3, 4, 5].map((seed) => finetuned(base, 0.2, 100 + seed));
    const nodes = [
      ...clients.map((net, i) => nodeOfNet(`client${i}.pth`, net)),
      ...[1, 2, 3].map((i) => nodeOfNet(`decoy${i}.pth`, finetuned(base, 0.2, 200 + i))),
      nodeOfNet('global.pth', averaged(clients)),
    ];
    const merged = propose(nodes).filter(({ role }) => role === 'merged');
    expect(text(merged)).toEqual([0, 1, 2, 3, 4].map((i) => `client${i}.pth → global.pth`));
    for (const { evidence } of merged) {
      expect(evidence?.facts.find(({ label }) => label.startsWith('weight'))?.value).toBe('0.200');
    }
  });

  it('proposes a retrained successor as a version only', () => {
    const edges = propose([
      nodeOfNet('net-v1.pth', trained(1)),
      nodeOfNet('net-v2.pth', trained(2)),
    ]);
    expect(edges.map(({ kind, evidence }) => [kind, evidence?.rule])).toEqual([
      ['version', 'successor-by-name'],
    ]);
  });

  it('joins no versions whose shapes differ, and no epochs of separate trainings', () => {
    const shapes = [['w', [32, 16]] as const, ['v', [8, 32]] as const];
    expect(propose([nodeOfNet('net-v1.pth', trained(1)), nodeOfNet('net-v2.pth', trained(2, shapes))])).toEqual([]); // prettier-ignore
    expect(propose([nodeOfNet('net_10e.pth', trained(1)), nodeOfNet('net_20e.pth', trained(2))])).toEqual([]); // prettier-ignore
  });

  it('is acyclic with the edges that are there, and touches no fixed parent', () => {
    const nodes = ['a', 'b', 'c'].map((name, i) =>
      nodeOfNet(`${name}.pth`, finetuned(base, 0.1 * i, i)),
    );
    const declared: Edge = {
      kind: 'provenance',
      from: 'c.pth' as NodeId,
      to: 'a.pth' as NodeId,
      grade: 'declared',
    };
    const edges = propose(nodes, [declared]);
    expect(edges.some(({ kind, to }) => kind === 'provenance' && to === 'a.pth')).toBe(false);
    expect(isAcyclic([declared, ...edges])).toBe(true);
  });

  it('depends on no order of insertion, and is acyclic, over random families', () => {
    const family = fc.array(
      fc.record({ parent: fc.nat(5), amount: fc.constantFrom(0, 0.05, 0.3), seed: fc.nat(1000) }),
      { minLength: 2, maxLength: 5 },
    );
    fc.assert(
      fc.property(family, fc.nat(), (steps, rotation) => {
        const nets: Net[] = [base];
        for (const [i, { parent, amount, seed }] of steps.entries()) {
          // Noise of its own for each: shared noise would make one a true mean of others.
          nets.push(finetuned(nets[parent % nets.length] ?? base, amount, seed * 10 + i));
        }
        const nodes = nets.map((net, i) => nodeOfNet(`net${i}.pth`, net));
        const turn = rotation % nodes.length;
        const edges = propose(nodes);
        expect(isAcyclic(edges)).toBe(true);
        expect(text(propose([...nodes.slice(turn), ...nodes.slice(0, turn)]))).toEqual(text(edges));
        // One family: everything hangs together.
        expect(text(edges)).toHaveLength(nodes.length - 1);
      }),
      { numRuns: 8 },
    );
  });
});

function isAcyclic(edges: readonly Edge[]): boolean {
  const left = new Set(edges);
  for (;;) {
    const entered = new Set([...left].map(({ to }) => to));
    const free = [...left].filter(({ from }) => !entered.has(from));
    if (free.length === 0) return left.size === 0;
    for (const edge of free) left.delete(edge);
  }
}
