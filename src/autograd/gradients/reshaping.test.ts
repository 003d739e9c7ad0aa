import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forwardOf, type GradientCase } from '../checkGradient.fixture.ts';
import { lower } from '../lower/lower.ts';
import { proveCase } from '../proveCase.fixture.ts';
import { constantInts, floats, shapes } from '../randomValues.fixture.ts';

const shapeAndAxis = shapes(1, 4).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
  }),
);

const range = (extent: number) =>
  fc.record({
    start: fc.integer({ min: -extent - 2, max: extent + 2 }),
    end: fc.integer({ min: -extent - 2, max: extent + 2 }),
    step: fc.constantFrom(1, 1, 2, 3, -1, -2, -3),
  });

const cases: Readonly<Record<string, fc.Arbitrary<GradientCase>>> = {
  Identity: shapes(0, 3).map((shape) => ({ op: 'Identity', inputs: [floats(shape)] })),
  Reshape: shapes(1, 4).map((shape) => ({
    op: 'Reshape',
    inputs: [floats(shape), constantInts([0, -1, 1])],
  })),
  Flatten: shapeAndAxis.map(({ shape, axis }) => ({
    op: 'Flatten',
    inputs: [floats(shape)],
    attributes: { axis },
  })),
  Squeeze: shapeAndAxis.map(({ shape, axis }) => ({
    op: 'Squeeze',
    inputs: [floats(shape.with(axis, 1)), constantInts([axis])],
  })),
  'Squeeze of all': shapes(1, 4).map((shape) => ({ op: 'Squeeze', inputs: [floats(shape)] })),
  Unsqueeze: shapeAndAxis.map(({ shape, axis }) => ({
    op: 'Unsqueeze',
    inputs: [floats(shape), constantInts(axis < 0 ? [axis] : [axis, shape.length + 1])],
  })),
  Transpose: shapes(1, 4)
    .chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        perm: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
      }),
    )
    .map(({ shape, perm }) => ({
      op: 'Transpose',
      inputs: [floats(shape)],
      attributes: { perm },
    })),
  Expand: fc
    .tuple(shapes(1, 3), shapes(0, 2), fc.array(fc.boolean()))
    .map(([shape, lead, one]) => ({
      op: 'Expand',
      inputs: [
        floats(shape.map((extent, axis) => (one[axis] === true ? 1 : extent))),
        constantInts([...lead, ...shape]),
      ],
    })),
  Tile: shapes(1, 3)
    .chain((shape) => fc.tuple(fc.constant(shape), shapes(shape.length, shape.length)))
    .map(([shape, repeats]) => ({ op: 'Tile', inputs: [floats(shape), constantInts(repeats)] })),
  Concat: fc.tuple(shapeAndAxis, shapes(1, 3)).map(([{ shape, axis }, extents]) => ({
    op: 'Concat',
    inputs: extents.map((extent, at) => floats(shape.with(axis, extent), at)),
    attributes: { axis },
  })),
  'Concat by one input': fc.tuple(shapeAndAxis, shapes(2, 3)).map(([{ shape, axis }, extents]) => ({
    op: 'Concat',
    inputs: extents.map((extent, at) => floats(shape.with(axis, extent), at)),
    attributes: { axis },
    wrt: [1],
  })),
  Split: fc.tuple(shapeAndAxis, shapes(1, 3)).map(([{ shape, axis }, sizes]) => ({
    op: 'Split',
    inputs: [
      floats(
        shape.with(
          axis,
          sizes.reduce((sum, size) => sum + size, 0),
        ),
      ),
      constantInts(sizes),
    ],
    attributes: { axis },
    outputs: sizes.length,
    ...(sizes.length > 1 ? { lossOf: [1] } : {}),
  })),
  Slice: shapes(1, 3)
    .chain((shape) => fc.tuple(fc.constant(shape), fc.tuple(...shape.map(range))))
    .map(([shape, ranges]) => ({
      op: 'Slice',
      inputs: [
        floats(shape),
        constantInts(ranges.map(({ start }) => start)),
        constantInts(ranges.map(({ end }) => end)),
        constantInts(ranges.map((_, axis) => axis)),
        constantInts(ranges.map(({ step }) => step)),
      ],
    })),
  'Slice of long axes': range(13).map(({ start, end, step }) => ({
    op: 'Slice',
    inputs: [
      floats([2, 13]),
      constantInts([start]),
      constantInts([end]),
      constantInts([-1]),
      constantInts([step]),
    ],
  })),
  Trilu: fc
    .record({ shape: shapes(2, 3), k: fc.integer({ min: -3, max: 3 }), upper: fc.nat(1) })
    .map(({ shape, k, upper }) => ({
      op: 'Trilu',
      inputs: [floats(shape), { ...constantInts([k]), shape: [] }],
      attributes: { upper },
    })),
};

describe('views and moves: kernels and gradients', () => {
  for (const [name, each] of Object.entries(cases))
    it(`${name} is as ONNX Runtime computes it, its gradient as differences say`, async () => {
      await fc.assert(
        fc.asyncProperty(each, (of) => proveCase(of)),
        { numRuns: 25 },
      );
    });

  it('a Slice backwards begins at the last element, as WebGPU needs it', async () => {
    const of: GradientCase = {
      op: 'Slice',
      inputs: [
        floats([9, 4]),
        ...[
          [7, -2],
          [-99, 0],
          [0, 1],
          [-3, -1],
        ].map(constantInts),
      ],
    };
    await proveCase(of);
    const { b, outputs } = lower(forwardOf(of).network, new Set(), 1, {
      mode: 'train',
      batchNorm: 'frozen',
      dropout: 'off',
    });
    expect(outputs.size).toBe(1);
    const [, last] = b.nodes;
    const [data = '', starts = ''] = last?.inputs ?? [];
    expect(b.shape(data)).toEqual([8, 3]);
    expect(Array.from(b.known(starts).value?.data ?? [])).toEqual([7, 2]);
  });

  it('Cast between floats passes the gradient, to integers none', async () => {
    await proveCase({
      inputs: [floats([2, 3])],
      build: (b, [x = '']) => [
        b.op('Cast', [b.op('Cast', [x], { to: 11 })], { to: 1 }),
        b.op('Cast', [b.op('Cast', [x], { to: 6 })], { to: 1 }),
      ],
      lossOf: [0],
      forwardOnCpu: true,
    });
  });
});
