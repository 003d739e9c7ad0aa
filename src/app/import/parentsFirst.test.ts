import fc from 'fast-check';
import { expect, it } from 'vitest';
import { testEdge, testNode } from '../../core/lineage/lineage.fixture.ts';
import type { NewModel } from './newNodes.ts';
import { parentsFirst } from './parentsFirst.ts';

it('puts every parent before its children and keeps every model once', () => {
  const graphs = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 25 });
  fc.assert(
    fc.property(
      graphs,
      fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 }),
      (pairs, order) => {
        // Edges from a smaller to a larger number cannot close a cycle.
        const edges = pairs.filter(([a, b]) => a < b).map(([a, b]) => testEdge(`${a}`, `${b}`));
        const models = order.map((number) => ({ node: testNode(`${number}`) }) as NewModel);
        const names = parentsFirst(models, edges).map(({ node }) => node.name);
        expect(names.toSorted()).toEqual(models.map(({ node }) => node.name).toSorted());
        for (const { from, to } of edges)
          expect(names.indexOf(from)).toBeLessThan(names.indexOf(to));
      },
    ),
  );
});

it('does not wait for models outside the import', () => {
  const models = [{ node: testNode('child') } as NewModel];
  expect(parentsFirst(models, [testEdge('elsewhere', 'child')])).toEqual(models);
});

it('loses no model to a cycle of stated edges', () => {
  const models = ['a', 'b', 'c'].map((name) => ({ node: testNode(name) }) as NewModel);
  const edges = [testEdge('a', 'b'), testEdge('b', 'a', 'version')];
  const names = parentsFirst(models, edges).map(({ node }) => node.name);
  expect(names).toEqual(['c', 'a', 'b']);
});
