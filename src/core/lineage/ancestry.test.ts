import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../ids.ts';
import { ancestors, descendants, heads, versionsOf } from './ancestry.ts';
import { pathDown } from './lineage.ts';
import { anyLineage, chain, idOf, lineageFrom } from './walkGraphs.fixture.ts';

describe('ancestry', () => {
  it('agrees with a search for a path', () => {
    fc.assert(
      fc.property(anyLineage(12), fc.nat(11), (lineage, pick) => {
        const ids = [...lineage.nodes.keys()];
        const node = ids[pick % ids.length] as NodeId;
        const joined = (from: NodeId, to: NodeId) =>
          from !== to && pathDown(lineage, from, to) !== undefined;
        expect([...descendants(lineage, [node])].sort()).toEqual(
          ids.filter((id) => joined(node, id)).sort(),
        );
        expect([...ancestors(lineage, [node])].sort()).toEqual(
          ids.filter((id) => joined(id, node)).sort(),
        );
      }),
    );
  });

  it('takes a chain of 100,000', () => {
    const long = chain(100_000);
    expect(descendants(long, [idOf('n0')]).size).toBe(99_999);
    expect(ancestors(long, [idOf('n99999')]).size).toBe(99_999);
  });

  it('names all heads of a fork, and one where versions were merged', () => {
    const forked = lineageFrom(
      ['a', 'b', 'version'],
      ['b', 'c', 'version'],
      ['b', 'd', 'version'],
      ['b', 'x'],
    );
    expect(heads(forked, idOf('c'))).toEqual(['c', 'd']);
    expect(versionsOf(forked, idOf('d'))).toEqual(['a', 'b', 'c', 'd']);
    expect(heads(forked, idOf('x'))).toEqual(['x']);
    const merged = lineageFrom(
      ['a', 'c', 'version'],
      ['a', 'd', 'version'],
      ['c', 'm', 'version'],
      ['d', 'm', 'version'],
    );
    expect(heads(merged, idOf('c'))).toEqual(['m']);
  });
});
