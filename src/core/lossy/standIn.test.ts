import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges, invertChanges } from '../lineage/applyChanges.ts';
import type { NodeId, OperationId, SnapshotId, TestId } from '../ids.ts';
import type { Edge, GraphData, ModelNode } from '../lineage/graph.ts';
import { dataOf, lineageOf } from '../lineage/lineage.ts';
import { standIn } from './standIn.ts';

const id = (name: string) => name as NodeId;
const operation = 'operation' as OperationId;

function node(name: string): ModelNode {
  return {
    id: id(name),
    name,
    snapshot: `snapshot ${name}` as SnapshotId,
    tags: [],
    notes: '',
    createdAt: 0,
    summary: {} as ModelNode['summary'],
  };
}

function edge(kind: Edge['kind'], from: string, to: string): Edge {
  return { kind, from: id(from), to: id(to), grade: 'declared' };
}

function graph(names: readonly string[], edges: readonly Edge[]): GraphData {
  return {
    nodes: names.map(node),
    edges,
    rejections: [],
    datasets: [],
    tests: [],
    branches: [],
  };
}

const told = (edges: readonly Edge[]) =>
  edges.map(({ kind, from, to, grade }) => `${kind} ${from} ${to} ${grade}`).sort();

function after(data: GraphData, places: Record<string, string>) {
  const lineage = lineageOf(data);
  const changes = standIn(lineage, new Map(Object.entries(places).map(([a, b]) => [id(a), id(b)])));
  applyChanges(lineage, changes, operation);
  return { lineage, changes, edges: told(dataOf(lineage).edges) };
}

describe('a model that stands in for another', () => {
  it('gets its edges, as inferred ones, but for those it has', () => {
    const data = graph(
      ['root', 'x', 'lossy', 'child', 'next'],
      [
        edge('provenance', 'root', 'x'),
        edge('provenance', 'x', 'lossy'),
        edge('version', 'x', 'lossy'),
        edge('provenance', 'root', 'lossy'),
        edge('provenance', 'x', 'child'),
        edge('version', 'x', 'next'),
      ],
    );
    expect(after(data, { x: 'lossy' }).edges).toEqual([
      'provenance lossy child inferred',
      'provenance root lossy declared',
      'version lossy next inferred',
    ]);
    expect(after(data, { lossy: 'x' }).edges).toEqual([
      'provenance root x declared',
      'provenance x child declared',
      'version x next declared',
    ]);
  });

  it('joins those that stand in for a parent and a child', () => {
    const data = graph(
      ['a', 'b', 'a lossy', 'b lossy'],
      [
        edge('provenance', 'a', 'b'),
        edge('version', 'a', 'a lossy'),
        edge('version', 'b', 'b lossy'),
      ],
    );
    expect(after(data, { a: 'a lossy', b: 'b lossy' }).edges).toEqual([
      'provenance a lossy b lossy inferred',
    ]);
  });

  it('takes over branches and bindings of tests', () => {
    const test = {
      id: 'test' as TestId,
      bindings: [{ is: 'node', node: id('x'), descendants: true }, { is: 'all' }],
    } as unknown as GraphData['tests'][number];
    const branch = { name: 'main', head: id('x'), notes: '', createdAt: 0 };
    const data = { ...graph(['x', 'y'], [edge('version', 'x', 'y')]), tests: [test], branches: [branch] }; // prettier-ignore
    const { lineage } = after(data, { x: 'y' });
    expect(lineage.branches.get('main')?.head).toBe('y');
    expect(lineage.tests.get(test.id)?.bindings).toEqual([
      { is: 'node', node: 'y', descendants: true },
      { is: 'all' },
    ]);
  });

  it('leaves out what would make a cycle: a model between the two', () => {
    const data = graph(
      ['x', 'between', 'lossy'],
      [
        edge('provenance', 'x', 'between'),
        edge('provenance', 'between', 'lossy'),
        edge('version', 'x', 'lossy'),
      ],
    );
    expect(after(data, { x: 'lossy' }).edges).toEqual(['provenance between lossy declared']);
  });

  it('keeps every lineage a lineage, and can be undone', () => {
    const names = Array.from({ length: 8 }, (_, i) => `n${i}`);
    const edges = fc.uniqueArray(
      fc
        .tuple(fc.constantFrom('provenance', 'version'), fc.nat(7), fc.nat(7))
        .filter(([, a, b]) => a < b),
      { selector: String, maxLength: 14 },
    );
    fc.assert(
      fc.property(
        edges,
        fc.uniqueArray(fc.nat(7), { minLength: 2, maxLength: 6 }),
        (some, picked) => {
          const versions = new Map<number, number>();
          const fitting = some.filter(([kind, , to]) => {
            if (kind !== 'version') return true;
            versions.set(to, (versions.get(to) ?? 0) + 1);
            return (versions.get(to) ?? 0) <= 1;
          });
          const data = graph(
            names,
            fitting.map(([kind, a, b]) => edge(kind, `n${a}`, `n${b}`)),
          );
          const places: Record<string, string> = {};
          for (let k = 0; k + 1 < picked.length; k += 2)
            places[`n${picked[k]}`] = `n${picked[k + 1]}`;
          // Throws where a rule of the lineage is broken.
          const { lineage, changes } = after(data, places);
          for (const gone of Object.keys(places)) expect(lineage.nodes.has(id(gone))).toBe(false);
          applyChanges(lineage, invertChanges(changes), operation);
          expect(told(dataOf(lineage).edges)).toEqual(told(data.edges));
        },
      ),
      { numRuns: 500 },
    );
  });
});
