import fc from 'fast-check';
import type { NodeId } from '../ids.ts';
import type { EdgeKind } from './graph.ts';
import { testEdge, testNode } from './lineage.fixture.ts';
import { lineageOf, type Lineage } from './lineage.ts';

export type Joined = readonly [from: string, to: string, kind?: EdgeKind];

/** A lineage with these nodes, created in that order, and edges. */
export function lineageWith(names: readonly string[], edges: readonly Joined[]): Lineage {
  return lineageOf({
    nodes: names.map((name, createdAt) => ({ ...testNode(name), createdAt })),
    edges: edges.map(([from, to, kind]) => testEdge(from, to, kind)),
    rejections: [],
    datasets: [],
    tests: [],
    branches: [],
  });
}

/** A lineage with the nodes that its edges name, created in the order they are named. */
export function lineageFrom(...edges: readonly Joined[]): Lineage {
  return lineageWith([...new Set(edges.flatMap(([from, to]) => [from, to]))], edges);
}

/** A chain of so many nodes: n0 → n1 → … */
export function chain(length: number): Lineage {
  const names = Array.from({ length }, (_, i) => `n${i}`);
  return lineageWith(
    names,
    names.slice(1).map((name, i) => [`n${i}`, name] as const),
  );
}

/**
 * The paper's third graph: rounds of `clients` models and their average, which the next round's clients
 * start from. Provenance only.
 */
export function federated(rounds: number, clients = 5): Lineage {
  const names: string[] = [];
  const edges: Joined[] = [];
  for (let round = 0; round < rounds; round++) {
    const own = Array.from({ length: clients }, (_, i) => `r${round}c${i}`);
    if (round > 0) for (const client of own) edges.push([`r${round - 1}avg`, client]);
    for (const client of own) edges.push([client, `r${round}avg`]);
    names.push(...own, `r${round}avg`);
  }
  return lineageWith(names, edges);
}

/**
 * The paper's second graph: a base, and for each task a row of versions, each made from the one before;
 * all but the first of a row have both kinds of edges.
 */
export function taskRows(tasks: number, versions: number): Lineage {
  const names = ['base'];
  const edges: Joined[] = [];
  for (let task = 0; task < tasks; task++)
    for (let version = 0; version < versions; version++) {
      const name = `t${task}v${version}`;
      names.push(name);
      const from = version === 0 ? 'base' : `t${task}v${version - 1}`;
      edges.push([from, name]);
      if (version > 0) edges.push([from, name, 'version']);
    }
  return lineageWith(names, edges);
}

/** Random graphs without cycles, of at most `size` nodes, whose ids do not tell their order. */
export function anyLineage(size: number): fc.Arbitrary<Lineage> {
  return fc
    .record({
      order: fc.integer({ min: 1, max: size }).chain((count) =>
        fc.shuffledSubarray(
          Array.from({ length: count }, (_, i) => `n${i}`),
          { minLength: count },
        ),
      ),
      picks: fc.array(
        fc.tuple(
          fc.nat(size - 1),
          fc.nat(size - 1),
          fc.constantFrom<EdgeKind>('provenance', 'version'),
        ),
        { maxLength: 3 * size },
      ),
      times: fc.array(fc.nat(3), { minLength: size, maxLength: size }),
    })
    .map(({ order, picks, times }) => {
      const edges = picks.flatMap(([a, b, kind]): Joined[] => {
        const from = order[Math.min(a, b)];
        const to = order[Math.max(a, b)];
        return a === b || from === undefined || to === undefined ? [] : [[from, to, kind]];
      });
      const lineage = lineageWith(order, edges);
      // Times of few values, some against the edges: an import can bring a parent after its child.
      for (const [i, node] of [...lineage.nodes.values()].entries())
        lineage.nodes.set(node.id, { ...node, createdAt: times[i] ?? 0 });
      return lineage;
    });
}

export const idOf = (name: string): NodeId => name as NodeId;
