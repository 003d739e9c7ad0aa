import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementCount } from '../../core/dtype.ts';
import { checkGradient, type CaseInput, type GradientCase } from '../checkGradient.fixture.ts';
import { proveCase } from '../proveCase.fixture.ts';
import { floats, indexOf, shapes } from '../randomValues.fixture.ts';

type Integers = Pick<CaseInput, 'dtype' | 'constant'>;
const integers = fc.constantFrom<Integers>(
  { dtype: 'i64', constant: true },
  { dtype: 'i64' },
  { dtype: 'i32' },
);

const shapeAndAxis = shapes(1, 3).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
  }),
);

/** An input of indices of `shape`, each below `extent`. */
function indices(shape: readonly number[], extent: number): fc.Arbitrary<CaseInput> {
  const count = elementCount(shape);
  return fc
    .tuple(integers, fc.array(indexOf(extent), { minLength: count, maxLength: count }))
    .map(([as, values]) => ({ ...as, shape, values }));
}

const gathers = fc
  .tuple(shapeAndAxis, shapes(0, 2))
  .chain(([{ shape, axis }, wanted]) =>
    fc.tuple(
      fc.constant(shape),
      fc.constant(axis),
      indices(wanted, shape.at(axis < 0 ? axis : axis) ?? 1),
    ),
  )
  .map(([shape, axis, taken]): GradientCase => ({
    op: 'Gather',
    inputs: [floats(shape), taken],
    attributes: { axis },
  }));

const evenGathers = fc
  .record({ from: fc.nat(3), step: fc.integer({ min: -3, max: 3 }), count: fc.nat(3) })
  .map(({ from, step, count }): GradientCase => ({
    op: 'Gather',
    inputs: [
      floats([2, 16, 3]),
      {
        shape: [count + 1],
        values: Array.from({ length: count + 1 }, (_, at) => from + (step < 0 ? 9 : 0) + at * step),
        dtype: 'i64',
        constant: true,
      },
    ],
    attributes: { axis: 1 },
  }));

const gatherElements = shapeAndAxis
  .chain(({ shape, axis }) =>
    fc.tuple(
      fc.constant(shape),
      fc.constant(axis),
      indices(shape.with(axis, 3), shape.at(axis) ?? 1),
    ),
  )
  .map(([shape, axis, taken]): GradientCase => ({
    op: 'GatherElements',
    inputs: [floats(shape), taken],
    attributes: { axis },
  }));

const wide = (input: CaseInput): CaseInput => ({ ...input, dtype: 'i64' });

const gatherNd = indices([2, 3, 2], 2).map((taken): GradientCase => ({
  op: 'GatherND',
  inputs: [floats([2, 2, 3]), wide(taken)],
}));

const batchedGatherNd = indices([2, 3, 1], 4).map((taken): GradientCase => ({
  op: 'GatherND',
  inputs: [floats([2, 4, 3]), wide(taken)],
  attributes: { batch_dims: 1 },
}));

const scatterElements = fc
  .record({ add: fc.boolean(), order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 2 }) })
  .map(({ add, order }): GradientCase => ({
    op: 'ScatterElements',
    inputs: [
      floats([4, 2]),
      { shape: [order.length, 2], values: order.flatMap((at) => [at, 3 - at]), dtype: 'i64' },
      floats([order.length, 2], 5),
    ],
    attributes: { axis: 0, reduction: add ? 'add' : 'none' },
  }));

const scatterNd = fc
  .record({ add: fc.boolean(), order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 2 }) })
  .map(({ add, order }): GradientCase => ({
    op: 'ScatterND',
    inputs: [
      floats([4, 3]),
      { shape: [order.length, 1], values: order, dtype: 'i64' },
      floats([order.length, 3], 5),
    ],
    attributes: { reduction: add ? 'add' : 'none' },
  }));

const cases: Readonly<Record<string, fc.Arbitrary<GradientCase>>> = {
  Gather: gathers,
  'Gather of even steps': evenGathers,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  'GatherND with a batch axis': batchedGatherNd,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
};

describe('taking and putting by indices: kernels and gradients', () => {
  for (const [name, each] of Object.entries(cases))
    it(`${name} is as ONNX Runtime computes it, its gradient as differences say`, async () => {
      await fc.assert(
        fc.asyncProperty(each, (of) => proveCase(of)),
        { numRuns: 25 },
      );
    });

  it('the gradient of a large embedding adds the rows of repeated words', () => {
    const words = [3, 70_000, 3, 5];
    const { backward } = checkGradient({
      inputs: [{ shape: [4], values: words, dtype: 'i64' }, floats([2])],
      build: (b, [ids = '', x = '']) => {
        const table = b.op('Expand', [x, b.ints([80_000, 2])]);
        return b.op('Gather', [table, ids]);
      },
    });
    expect(backward.nodes.map(({ op }) => op)).toContain('ScatterND');
  });

  it('OneHot is rewritten for WebGPU and stays what it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        indices([2, 3], 5).map(wide),
        fc.integer({ min: -3, max: 2 }),
        (taken, axis) =>
          proveCase({
            inputs: [taken, floats([2, 3, 5])],
            build: (b, [ids = '', x = '']) => {
              const depth = b.scalar(5, 'i64');
              const hot = b.op('OneHot', [ids, depth, b.floats([2], [-1, 2])], { axis });
              return b.op('Mul', [b.op('Reshape', [hot, b.ints([2, 3, 5])]), x]);
            },
            forwardOnCpu: taken.dtype === 'i64',
          }),
      ),
      { numRuns: 25 },
    );
  });
});
