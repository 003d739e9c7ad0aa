import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import type { Edge } from '../../core/lineage/graph.ts';
import { modelNode, nodeId } from '../modelNode.fixture.ts';
import { family, modelsBound } from './boundModels.ts';
import { largestMove, mostPaths, pathsTo } from './lineagePaths.ts';
import { lineageOrder, nextRowOrder, sortedRows } from './sortRows.ts';

const edge = (from: number, to: number, kind: Edge['kind'] = 'provenance'): Edge => ({
  kind,
  from: nodeId(from),
  to: nodeId(to),
  grade: 'declared',
});
const numbers = (path: readonly NodeId[]) => path.map((id) => Number(id.slice(-2)));

/** 0 → 1 → 3, 0 → 2 → 3 (a merge), 3 ⇒ 4 (a version). */
const diamond = [edge(0, 1), edge(0, 2), edge(1, 3), edge(2, 3), edge(3, 4, 'version')];
const five = Array.from({ length: 5 }, (_, i) => modelNode(i, `m${i}`));

describe('pathsTo', () => {
  it('gives every path from a root, by the edges that are asked for', () => {
    const paths = pathsTo(diamond, nodeId(4), ['provenance', 'version']).map(numbers);
    expect(paths).toEqual([
      [0, 1, 3, 4],
      [0, 2, 3, 4],
    ]);
    expect(pathsTo(diamond, nodeId(4), ['provenance']).map(numbers)).toEqual([[4]]);
  });

  it('follows two kinds of edge between the same models once', () => {
    const twice = [edge(0, 1), edge(0, 1, 'version')];
    expect(pathsTo(twice, nodeId(1), ['provenance', 'version'])).toHaveLength(1);
  });

  it('stops at the most that are offered, however many merges there are', () => {
    const ladder = Array.from({ length: 30 }, (_, i) => [
      edge(3 * i, 3 * i + 1),
      edge(3 * i, 3 * i + 2),
      edge(3 * i + 1, 3 * i + 3),
      edge(3 * i + 2, 3 * i + 3),
    ]).flat();
    expect(pathsTo(ladder, nodeId(90), ['provenance'])).toHaveLength(mostPaths);
  });
});

describe('largestMove', () => {
  it('finds the step that moved a number most, over what is not known', () => {
    expect(largestMove([0.9, 0.91, undefined, 0.5, 0.6])).toEqual({
      at: 3,
      before: 0.91,
      after: 0.5,
    });
    expect(largestMove([0.5, NaN, 0.7])).toEqual({ at: 2, before: 0.5, after: 0.7 });
    expect(largestMove([1, 1, 1])).toBeUndefined();
  });
});

describe('the rows of the table', () => {
  const values = new Map([
    [nodeId(0), 0.5],
    [nodeId(3), 0.9],
    [nodeId(4), NaN],
  ]);
  const valueOf = (id: NodeId) => values.get(id);
  const graph = { nodes: five, edges: diamond };

  it('stand parents before children along the lineage', () => {
    const order = lineageOrder([...five].reverse(), diamond);
    for (const { from, to } of diamond)
      expect(order.get(from)).toBeLessThan(order.get(to) as number);
  });

  it('stand by number with what has none at the end, whichever way', () => {
    const by = (down: boolean) =>
      sortedRows(graph, five, { by: 'test', test: 't' as never, down }, valueOf).map(
        ({ id }) => id,
      );
    expect(numbers(by(true)).slice(0, 2)).toEqual([3, 0]);
    expect(numbers(by(false)).slice(0, 2)).toEqual([0, 3]);
  });

  it('go from one order to its reverse and back to the lineage', () => {
    const name = { by: 'name' } as const;
    const first = nextRowOrder({ by: 'lineage', down: false }, name);
    expect(first).toEqual({ by: 'name', down: false });
    const second = nextRowOrder(first, name);
    expect(second).toEqual({ by: 'name', down: true });
    expect(nextRowOrder(second, name)).toEqual({ by: 'lineage', down: false });
    const test = nextRowOrder(second, { by: 'test', test: 'a' as never });
    expect(nextRowOrder(test, { by: 'test', test: 'b' as never })).toMatchObject({ test: 'b' });
  });
});

describe('modelsBound', () => {
  const graph = { nodes: five, edges: diamond };
  it('follows a model down both kinds of edge', () => {
    expect(family(diamond, [nodeId(1)])).toEqual(new Set([1, 3, 4].map(nodeId)));
    expect(modelsBound({ is: 'node', node: nodeId(1), descendants: false }, graph).size).toBe(1);
    expect(modelsBound({ is: 'node', node: nodeId(9), descendants: true }, graph).size).toBe(0);
  });

  it('matches whole names and types', () => {
    expect(modelsBound({ is: 'name', pattern: 'm?' }, graph).size).toBe(5);
    expect(modelsBound({ is: 'name', pattern: 'm' }, graph).size).toBe(0);
    expect(modelsBound({ is: 'type', modelType: 'classifier' }, graph).size).toBe(0);
  });
});
