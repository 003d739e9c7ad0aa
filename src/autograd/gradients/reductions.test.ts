import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { checkGradient, type CaseInput } from '../checkGradient.fixture.ts';

const extent = fc.integer({ min: 1, max: 3 });

/** Values that all differ by a quarter at least, shuffled: no ties, no zeros. */
function distinct(shape: readonly number[], positive: boolean): fc.Arbitrary<CaseInput> {
  const count = shape.reduce((a, b) => a * b, 1);
  const all = Array.from({ length: count }, (_, at) => (at + 0.5) / 4 - (positive ? 0 : count / 9));
  return fc
    .shuffledSubarray(all, { minLength: count, maxLength: count })
    .map((values) => ({ shape, values }));
}

const reductions = 'Sum Mean Max Min Prod L1 L2 SumSquare LogSum LogSumExp'.split(' ');

describe('gradients of reductions', () => {
  it.each(reductions)('Reduce%s agrees for all axes, kept or not', (name) => {
    const cases = fc.array(extent, { minLength: 1, maxLength: 3 }).chain((shape) =>
      fc.record({
        x: distinct(shape, name === 'LogSum'),
        axes: fc.option(
          fc.subarray(
            shape.map((_, axis) => axis),
            { minLength: 1 },
          ),
        ),
        negative: fc.boolean(),
        keepdims: fc.nat(1),
        late: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(cases, ({ x, axes, negative, keepdims, late }) => {
        const listed = axes?.map((axis) => (negative ? axis - x.shape.length : axis));
        const op = `Reduce${name}`;
        // ReduceSum has axes as an input in all opsets from 13, the others from 18.
        const asInput = late || name === 'Sum';
        const opset = late ? 18 : 17;
        if (listed === undefined)
          checkGradient({ op, inputs: [x], attributes: { keepdims }, opset });
        else if (asInput) {
          const given = {
            shape: [listed.length],
            values: listed,
            dtype: 'i64',
            constant: true,
          } as const;
          checkGradient({ op, inputs: [x, given], attributes: { keepdims }, opset });
        } else checkGradient({ op, inputs: [x], attributes: { keepdims, axes: listed }, opset });
      }),
      { numRuns: 30 },
    );
  });

  it.each(reductions)('Reduce%s of no axes: of all, or on request of each number alone', (name) => {
    const x = { shape: [2, 2], values: [1, 2, 3, 5] };
    for (const noop of [0, 1]) {
      const attributes = { noop_with_empty_axes: noop };
      checkGradient({ op: `Reduce${name}`, inputs: [x], attributes, opset: 18 });
    }
  });

  it('ReduceProd agrees with one zero and with two', () => {
    for (const values of [
      [0, 2, 3],
      [0, 0, 3],
      [1, 2, 3],
    ])
      checkGradient({ op: 'ReduceProd', inputs: [{ shape: [3], values }] });
  });

  it('equal extremes share the gradient', () => {
    const tie = {
      op: 'ReduceMax',
      inputs: [{ shape: [2], values: [1, 1] }],
      attributes: { keepdims: 0 },
    };
    // Central differences across a tie of two give one half too.
    checkGradient(tie);
    const three = { ...tie, inputs: [{ shape: [3], values: [1, 1, 1] }] };
    expect(() => checkGradient(three)).toThrow(/is 0.1093\d*, by differences/);
  });

  it.each(['ArgMax', 'ArgMin'])('%s passes no gradient', (op) => {
    checkGradient({
      build: (b, [x = '']) => [x, b.op(op, [x], { axis: 1 })],
      inputs: [{ shape: [2, 2], values: [1, 2, 3, 5] }],
    });
  });

  it('CumSum agrees in all four directions', () => {
    fc.assert(
      fc.property(
        distinct([2, 3, 2], false),
        fc.integer({ min: -3, max: 2 }),
        fc.nat(1),
        fc.nat(1),
        (x, axis, exclusive, reverse) => {
          const given = { shape: [], values: [axis], dtype: 'i64', constant: true } as const;
          checkGradient({ op: 'CumSum', inputs: [x, given], attributes: { exclusive, reverse } });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('TopK gives the gradient back to the values it took', () => {
    fc.assert(
      fc.property(
        distinct([2, 3, 2], false),
        fc.integer({ min: -3, max: 2 }),
        fc.nat(1),
        (x, axis, largest) => {
          const k = {
            shape: [1],
            values: [Math.min(2, x.shape.at(axis) ?? 1)],
            dtype: 'i64',
            constant: true,
          } as const;
          checkGradient({ op: 'TopK', inputs: [x, k], attributes: { axis, largest }, outputs: 2 });
        },
      ),
      { numRuns: 20 },
    );
  });
});
