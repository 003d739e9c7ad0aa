import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerDivergence, type HashedGraph } from './paperDivergence.ts';
import { paperConstruction, paperDivergence } from './paperRule.ts';

/** A chain of layers, each `kind:content`. */
function chain(...layers: string[]): HashedGraph {
  const structural = layers.map((layer) => layer.replace(/:.*/, ''));
  return {
    structural,
    contextual: layers,
    edges: layers.map((_, i) => [i, i + 1] as const),
    starts: new Set([0]),
  };
}

const parent = chain('64-32:a', '32-16:b', '16-10:c');

describe('the paper’s divergence, on the worked table of the reference', () => {
  it.each([
    ['identical', parent, 0, 0],
    ['last layer retrained', chain('64-32:a', '32-16:b', '16-10:z'), 0, 4 / 6],
    ['head replaced', chain('64-32:a', '32-16:b', '16-2:z'), 4 / 6, 4 / 6],
    ['middle layer retrained', chain('64-32:a', '32-16:z', '16-10:c'), 0, 4 / 6],
    ['a layer inserted', chain('64-32:a', '32-16:b', '16-16:n', '16-10:c'), 3 / 7, 3 / 7],
    ['all retrained', chain('64-32:x', '32-16:y', '16-10:z'), 0, 8 / 6],
    ['unrelated', chain('9-9:x', '9-3:y'), 7 / 5, 1.4],
  ])('%s', (_, child, structural, contextual) => {
    const found = paperDivergence(parent, child);
    expect(found.structural).toBeCloseTo(structural, 9);
    expect(found.contextual).toBeCloseTo(contextual, 9);
  });

  it('depends on the argument order, as the reference says', () => {
    const [a, b] = [chain('Y', 'X', 'Y'), chain('X', 'Y', 'Y')];
    expect(layerDivergence(a, b).structural).toBeCloseTo(8 / 6, 9);
    expect(layerDivergence(b, a).structural).toBeCloseTo(1, 9);
    expect(paperDivergence(a, b).structural).toBeCloseTo(1, 9);
  });

  it('is symmetric and zero for equal graphs', () => {
    const layers = fc.array(fc.constantFrom('A:1', 'A:2', 'B:1', 'C:1'), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(layers, layers, (a, b) => {
        expect(paperDivergence(chain(...a), chain(...b))).toEqual(
          paperDivergence(chain(...b), chain(...a)),
        );
        expect(paperDivergence(chain(...a), chain(...a))).toEqual({ structural: 0, contextual: 0 });
      }),
    );
  });
});

describe('the paper’s insertion', () => {
  it('attaches by weights, then to the newest of equal structure, else as a root', () => {
    const model = (key: string, graph: HashedGraph) => ({ key, graph });
    const edges = paperConstruction([
      model('base', parent),
      model('head', chain('64-32:a', '32-16:b', '16-10:z')),
      model('apart', chain('64-32:x', '32-16:y', '16-10:w')),
      model('other', chain('9-9:x', '9-3:y')),
    ]);
    expect(edges).toEqual([
      { from: 'base', to: 'head', reason: 'shares weights' },
      { from: 'head', to: 'apart', reason: 'shares layers' },
    ]);
  });
});
