import { beforeAll, describe, expect, it } from 'vitest';
import type { Edge, GraphData } from '../core/lineage/graph.ts';
import type { NodeId } from '../core/ids.ts';
import { constructionMemory, constructLineage } from './constructLineage.ts';
import {
  graphOf,
  hasFamilies,
  knownPairs,
  loadFamilies,
  noRun,
  type Families,
} from './constructLineage.fixture.ts';
import { reviseLineage } from './reviseLineage.ts';
import { scored, scoreEdges, shuffled } from './scoreConstruction.fixture.ts';

const title = hasFamilies ? '' : ' (SKIPPED: ../shared/data is not there)';

describe.skipIf(!hasFamilies)(`construction on the real model families${title}`, () => {
  let families: Families;
  let edges: Edge[];

  beforeAll(async () => {
    families = await loadFamilies();
    edges = await construct(graphOf(families.nodes));
  }, 60_000);

  async function construct(graph: GraphData): Promise<Edge[]> {
    return constructLineage(ports(), graph, graph.nodes.map(({ id }) => id), noRun); // prettier-ignore
  }

  function ports() {
    const { prints } = families;
    return { fingerprint: (snapshot: string) => Promise.resolve(prints.get(snapshot)) };
  }

  it('finds at least 95 % of what weights can tell, undirected, without an edge on a non-pair', () => {
    const score = scoreEdges(scored(edges), knownPairs());
    expect(score.falseKinship).toEqual([]);
    expect(score.wrong).toBe(0);
    expect(score.missed.length).toBeLessThanOrEqual(2);
    expect(score.f1).toBeGreaterThanOrEqual(0.95);
    expect(score.joined).toBe(score.known);
  });

  it('tells the direction of at least 80 % of the pairs where it is known, and errs on none', () => {
    const { direction } = scoreEdges(scored(edges), knownPairs());
    const all = direction.right + direction.untold + direction.wrong;
    expect(direction.right / all).toBeGreaterThanOrEqual(0.8);
    expect(direction.wrong).toBe(0);
  });

  it('proposes retrained successors as versions by name, never as descent', () => {
    const retrained = edges.filter((edge) => edge.evidence?.rule === 'successor-by-name');
    expect(retrained.length).toBeGreaterThan(0);
    const descent = new Set(
      edges.filter(({ kind }) => kind === 'provenance').map(({ from, to }) => `${from} ${to}`),
    );
    for (const { kind, from, to } of retrained) {
      expect(kind).toBe('version');
      expect(descent.has(`${from} ${to}`)).toBe(false);
    }
  });

  it('gives the same edges whatever the order of the batch', async () => {
    const reference = keys(edges);
    for (let seed = 1; seed <= 2; seed++) {
      const again = await construct(graphOf(shuffled(families.nodes, seed)));
      expect(keys(again)).toEqual(reference);
    }
  }, 60_000);

  it('finds the same relatives when models come one by one', async () => {
    const memory = constructionMemory();
    let graph: GraphData = {
      nodes: [],
      edges: [],
      rejections: [],
      datasets: [],
      tests: [],
      branches: [],
    };
    for (const node of shuffled(families.nodes, 7)) {
      graph = { ...graph, nodes: [...graph.nodes, node] };
      const found = await constructLineage(ports(), graph, [node.id], noRun, memory);
      graph = { ...graph, edges: [...graph.edges, ...found] };
    }
    const score = scoreEdges(scored(graph.edges), knownPairs());
    expect(score.falseKinship).toEqual([]);
    expect(score.wrong).toBe(0);
    expect(score.joined).toBe(score.known);
  }, 60_000);

  it('ends one by one as in a batch, when inferred edges may be revised', async () => {
    const memory = constructionMemory();
    let graph: GraphData = graphOf([]);
    for (const node of shuffled(families.nodes, 3)) {
      graph = { ...graph, nodes: [...graph.nodes, node] };
      const { added, removed } = await reviseLineage(ports(), graph, [node.id], noRun, memory);
      const kept = graph.edges.filter((edge) => !removed.includes(edge));
      graph = { ...graph, edges: [...kept, ...added] };
    }
    expect(keys(graph.edges)).toEqual(keys(edges));
  }, 120_000);

  it('does not propose a pair that was rejected', async () => {
    const [first] = edges.filter(({ kind }) => kind === 'provenance');
    if (first === undefined) throw new Error('no provenance edge');
    const rejection = { kind: 'provenance' as const, a: first.to, b: first.from };
    const again = await construct({ ...graphOf(families.nodes), rejections: [rejection] });
    const pair = (from: NodeId, to: NodeId): string => [from, to].sort().join(' ');
    const found = again.filter(({ kind }) => kind === 'provenance');
    expect(found.map(({ from, to }) => pair(from, to))).not.toContain(pair(first.from, first.to));
  }, 60_000);
});

function keys(edges: readonly Edge[]): string[] {
  return edges.map(({ kind, from, to }) => `${kind} ${from} → ${to}`).sort();
}
