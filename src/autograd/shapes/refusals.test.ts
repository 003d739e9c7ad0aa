import { describe, expect, it } from 'vitest';
import { floatAttribute } from '../../core/network/attributes.ts';
import { isLineageError } from '../../core/lineageError.ts';
import { forwardOf, type CaseInput, type GradientCase } from '../checkGradient.fixture.ts';

function zeros(shape: readonly number[], more: Partial<CaseInput> = {}): CaseInput {
  return { shape, values: new Float64Array(shape.reduce((a, b) => a * b, 1)), ...more };
}

const late = zeros([1], { dtype: 'i64' });

const refused: readonly (readonly [string, GradientCase, string])[] = [
  ['shapes that do not broadcast', { op: 'Add', inputs: [zeros([2]), zeros([3])] }, 'do not fit'],
  ['a missing input', { op: 'Mul', inputs: [zeros([2])] }, 'Mul'],
  [
    'inner extents that differ',
    { op: 'MatMul', inputs: [zeros([2, 3]), zeros([2, 3])] },
    'do not fit',
  ],
  ['a product with a scalar', { op: 'MatMul', inputs: [zeros([2, 3]), zeros([])] }, 'do not fit'],
  ['a Gemm of batches', { op: 'Gemm', inputs: [zeros([1, 2, 3]), zeros([3, 2])] }, 'not matrices'],
  [
    'a C that is larger than the product',
    { op: 'Gemm', inputs: [zeros([1, 3]), zeros([3, 2]), zeros([4, 2])] },
    'does not broadcast',
  ],
  ['an axis outside', { op: 'Softmax', inputs: [zeros([2])], attributes: { axis: 1 } }, 'axis 1'],
  ['axes of the run', { op: 'ReduceSum', inputs: [zeros([2]), late] }, 'only known at run time'],
  [
    'a k of the run',
    { op: 'TopK', inputs: [zeros([2]), late], outputs: 2 },
    'only known at run time',
  ],
  [
    'a k that is too large',
    {
      op: 'TopK',
      inputs: [zeros([2]), zeros([1], { dtype: 'i64', constant: true, values: [3] })],
      outputs: 2,
    },
    'k = 3 of 2',
  ],
  [
    'an equation that does not fit',
    { op: 'Einsum', inputs: [zeros([2])], attributes: { equation: 'ij->i' } },
    'does not fit',
  ],
  [
    'an unknown output label',
    { op: 'Einsum', inputs: [zeros([2])], attributes: { equation: 'i->j' } },
    'in no input',
  ],
];

describe('the shape rules refuse', () => {
  it.each(refused)('%s', (_, of, why) => {
    let error: unknown;
    try {
      forwardOf({ attributes: { alpha: floatAttribute(1) }, ...of });
    } catch (thrown) {
      error = thrown;
    }
    expect(isLineageError(error, 'network-unsupported')).toBe(true);
    expect(String(error)).toContain(why);
  });
});
