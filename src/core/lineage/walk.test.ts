import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../ids.ts';
import { isLineageError } from '../lineageError.ts';
import type { Lineage } from './lineage.ts';
import { anyLineage, chain, federated, idOf, lineageFrom } from './walkGraphs.fixture.ts';
import { neighbours, walk, type Walk } from './walk.ts';

const both = ['provenance', 'version'] as const;

function walked(lineage: Lineage, start: string, options: Partial<Walk> = {}): string {
  const order = { kinds: both, direction: 'down', order: 'breadth-first', ...options } as const;
  return [...walk(lineage, { start: [idOf(start)], ...order })].join(' ');
}
const named =
  (name: string) =>
  ({ id }: { readonly id: NodeId }) =>
    id === idOf(name);

describe('walking a lineage', () => {
  const diamond = lineageFrom(
    ['m', 'a'],
    ['m', 'b'],
    ['a', 'c'],
    ['a', 'd'],
    ['b', 'd'],
    ['d', 'e'],
  );
  const uneven = lineageFrom(['m', 'x'], ['m', 'a'], ['a', 'b'], ['b', 'x']);

  it('gives the orders of the reference', () => {
    expect(walked(diamond, 'm')).toBe('m a b c d e');
    expect(walked(diamond, 'm', { order: 'depth-first' })).toBe('m a c d e b');
    expect(walked(diamond, 'm', { order: 'topological' })).toBe('m a b c d e');
    expect(walked(uneven, 'm')).toBe('m x a b');
    expect(walked(uneven, 'm', { order: 'topological' })).toBe('m a b x');
  });

  it('walks through what it skips and not through what it stops at', () => {
    expect(walked(diamond, 'm', { skip: named('b') })).toBe('m a c d e');
    expect(walked(diamond, 'm', { stop: named('d') })).toBe('m a b c');
    expect(walked(diamond, 'm', { stop: named('d'), order: 'topological' })).toBe('m a b c');
    expect(walked(diamond, 'm', { stop: named('m') })).toBe('');
    // By the other way round it is still reached.
    expect(walked(uneven, 'm', { stop: named('b') })).toBe('m x a');
  });

  it('goes up, and by one kind of edge', () => {
    expect(walked(diamond, 'e', { direction: 'up' })).toBe('e d a b m');
    expect(walked(diamond, 'e', { direction: 'up', order: 'topological' })).toBe('e d a b m');
    const mixed = lineageFrom(['a', 'b'], ['a', 'b', 'version'], ['b', 'c', 'version'], ['b', 'd']);
    expect(walked(mixed, 'a', { kinds: ['version'] })).toBe('a b c');
    expect(walked(mixed, 'a', { kinds: ['provenance'] })).toBe('a b d');
    expect(walked(mixed, 'a')).toBe('a b c d');
  });

  it('visits each model of federated rounds once, where the reference multiplies', () => {
    for (const [rounds, distinct] of [[2, 7], [3, 13], [4, 19], [5, 25], [6, 31]] as const) {
      const nodes = walked(federated(rounds), 'r0c0').split(' ');
      // The reference does not count the start.
      expect(nodes).toHaveLength(distinct + 1);
    } // prettier-ignore
  });

  it.each(['breadth-first', 'depth-first', 'topological'] as const)(
    'goes %s down and up a chain of 100,000',
    (order) => {
      const long = chain(100_000);
      const down = [...walk(long, { start: [idOf('n0')], kinds: both, direction: 'down', order })];
      expect(down).toHaveLength(100_000);
      const start = [idOf('n99999')];
      expect([...walk(long, { start, kinds: both, direction: 'up', order })]).toEqual(
        down.reverse(),
      );
    },
  );

  it('says which start is missing', () => {
    try {
      walked(diamond, 'nobody');
      expect.unreachable();
    } catch (error) {
      expect(isLineageError(error, 'node-missing')).toBe(true);
    }
  });

  it('is lazy: a caller may take the first few', () => {
    let asked = 0;
    const stop = () => {
      asked += 1;
      return false;
    };
    const [first] = walk(chain(1000), {
      start: [idOf('n0')], kinds: both, direction: 'down', order: 'breadth-first', stop,
    }); // prettier-ignore
    expect([first, asked]).toEqual(['n0', 1]);
  });
});

describe('walking random graphs', () => {
  const walks = fc.record({
    lineage: anyLineage(12),
    picks: fc.array(fc.nat(11), { minLength: 1, maxLength: 3 }),
    marks: fc.array(fc.constantFrom('skip', 'stop', 'none', 'none'), { minLength: 12, maxLength: 12 }),
    direction: fc.constantFrom('down' as const, 'up' as const),
    kinds: fc.constantFrom(both, ['provenance'] as const, ['version'] as const),
  }); // prettier-ignore

  it('reaches what any path without a stop reaches, each once, in an order that keeps its promise', () => {
    fc.assert(
      fc.property(walks, ({ lineage, picks, marks, direction, kinds }) => {
        const ids = [...lineage.nodes.keys()];
        const start = picks.map((i) => ids[i % ids.length] as NodeId);
        const mark = (id: NodeId) => marks[ids.indexOf(id)] ?? 'none';
        const order = {
          start, direction, kinds,
          skip: ({ id }: { id: NodeId }) => mark(id) === 'skip',
          stop: ({ id }: { id: NodeId }) => mark(id) === 'stop',
        }; // prettier-ignore
        const reached = byPaths(lineage, start, { kinds, direction }, mark);
        const expected = ids.filter((id) => reached.has(id) && mark(id) !== 'skip').sort();
        for (const way of ['breadth-first', 'depth-first', 'topological'] as const) {
          const found = [...walk(lineage, { ...order, order: way })];
          expect([...found].sort()).toEqual(expected);
          const again = [...walk(lineage, { ...order, start: [...start].reverse(), order: way })];
          expect(again).toEqual(found);
          if (way === 'topological')
            for (const [at, node] of found.entries())
              for (const next of neighbours(lineage, node, order))
                if (found.includes(next.id)) expect(found.indexOf(next.id)).toBeGreaterThan(at);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Follows every path by itself: no visited set, so its cost explodes. */
function byPaths(
  lineage: Lineage,
  start: readonly NodeId[],
  way: Pick<Walk, 'kinds' | 'direction'>,
  mark: (id: NodeId) => string,
): Set<NodeId> {
  const found = new Set<NodeId>();
  const follow = (node: NodeId): void => {
    if (mark(node) === 'stop') return;
    found.add(node);
    for (const edge of lineage.edges.values()) {
      if (!way.kinds.includes(edge.kind)) continue;
      if (way.direction === 'down' && edge.from === node) follow(edge.to);
      if (way.direction === 'up' && edge.to === node) follow(edge.from);
    }
  };
  for (const node of start) follow(node);
  return found;
}
