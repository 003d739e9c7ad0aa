import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { floatAttribute } from '../../core/network/attributes.ts';
import { checkGradient, type CaseInput, type GradientCase } from '../checkGradient.fixture.ts';
import { numbers, broadcastPairs, shapes } from '../arrays.fixture.ts';

/** Operators of one input with where their inputs are kept to. */
const unaries: readonly (readonly [string, number, number, GradientCase['attributes']?])[] = [
  ['Sqrt', 0.2, 3],
  ['Exp', -2, 2],
  ['Log', 0.2, 3],
  ['Abs', -2, 2],
  ['Neg', -2, 2],
  ['Reciprocal', 0.3, 2],
  ['Sin', -4, 4],
  ['Cos', -4, 4],
  ['Tan', -1.2, 1.2],
  ['Asin', -0.9, 0.9],
  ['Acos', -0.9, 0.9],
  ['Atan', -3, 3],
  ['Sinh', -2, 2],
  ['Cosh', -2, 2],
  ['Asinh', -3, 3],
  ['Acosh', 1.2, 3],
  ['Atanh', -0.9, 0.9],
  ['Floor', -2, 2],
  ['Ceil', -2, 2],
  ['Round', -2, 2],
  ['Sign', -2, 2],
  ['Relu', -2, 2],
  ['LeakyRelu', -2, 2],
  ['LeakyRelu', -2, 2, { alpha: floatAttribute(0.25) }],
  ['Elu', -2, 2],
  ['Elu', -2, 2, { alpha: floatAttribute(0.5) }],
  ['Selu', -2, 2],
  ['Celu', -2, 2, { alpha: floatAttribute(0.5) }],
  ['ThresholdedRelu', -2, 2, { alpha: floatAttribute(0.5) }],
  ['HardSigmoid', -4, 4],
  ['HardSigmoid', -4, 4, { alpha: floatAttribute(0.25), beta: floatAttribute(0.25) }],
  ['HardSwish', -5, 5],
  ['Sigmoid', -5, 5],
  ['Tanh', -3, 3],
  ['Softplus', -5, 5],
  ['Softsign', -3, 3],
  ['Mish', -5, 5],
  ['Erf', -3, 3],
  ['Gelu', -4, 4],
  ['Gelu', -4, 4, { approximate: 'tanh' }],
  ['Swish', -4, 4, { alpha: floatAttribute(1.5) }],
  ['com.microsoft.Gelu', -4, 4],
  ['com.microsoft.QuickGelu', -4, 4],
  ['com.microsoft.FastGelu', -4, 4],
];

/** Away from where functions of the tables above are not smooth: wholes, halves and quarters. */
function smooth(from: number, to: number) {
  return (count: number) =>
    numbers(count, from, to).map((values) =>
      values.map((value) => {
        const near = Math.round(value * 4) / 4;
        return Math.abs(value - near) < 0.01 ? near + 0.02 : value;
      }),
    );
}

function input(shape: readonly number[], from: number, to: number): fc.Arbitrary<CaseInput> {
  const count = shape.reduce((a, b) => a * b, 1);
  return smooth(from, to)(count).map((values) => ({ shape, values }));
}

describe('gradients of functions of one value', () => {
  for (const [op, from, to, attributes] of unaries)
    it(`${op} ${JSON.stringify(attributes ?? {})} agrees with finite differences`, () => {
      fc.assert(
        fc.property(
          shapes.chain((shape) => input(shape, from, to)),
          (x) => {
            checkGradient({ op, inputs: [x], ...(attributes && { attributes }), opset: 20 });
          },
        ),
        { numRuns: 8 },
      );
    });
});

const binaries: readonly (readonly [string, number, number, GradientCase['attributes']?])[] = [
  ['Add', -2, 2],
  ['Sub', -2, 2],
  ['Mul', -2, 2],
  ['Div', 0.4, 2],
  ['Pow', 0.4, 2],
  ['Mod', 0.6, 3, { fmod: 1 }],
  ['PRelu', -2, 2],
];

describe('gradients of functions of two values', () => {
  for (const [op, from, to, attributes] of binaries)
    it(`${op} agrees with finite differences`, () => {
      fc.assert(
        fc.property(
          broadcastPairs.chain(([a, b]) => fc.tuple(input(a, from, to), input(b, from, to))),
          ([a, b]) => {
            // PRelu repeats its slope only, and Mod jumps where the first is a multiple of the second.
            if (op === 'PRelu' && !broadcastsTo(b.shape, a.shape)) return;
            if (op === 'Mod') b = { ...b, values: Array.from(b.values, () => 1.37) };
            if (op === 'Mod') a = { ...a, values: Array.from(a.values, (_, at) => 0.3 + (at % 3)) };
            checkGradient({ op, inputs: [a, b], ...(attributes && { attributes }) });
          },
        ),
        { numRuns: 12 },
      );
    });

  it.each([-1, 0.5, 1, 2, 3, 4, 4.5])('Pow by the constant %d agrees', (exponent) => {
    const values = exponent % 1 === 0 ? [-1.5, 0.7, 2] : [0.3, 0.7, 2];
    for (const dtype of ['f32', 'i64'] as const) {
      if (dtype === 'i64' && exponent % 1 !== 0) continue;
      const inputs = [
        { shape: [3], values },
        { shape: [], values: [exponent], dtype, constant: true },
      ];
      checkGradient({ op: 'Pow', inputs, ...(dtype === 'i64' && { forwardOnCpu: true }) });
    }
  });

  it('a value used twice gets both parts', () => {
    checkGradient({
      build: (b, [x = '']) => b.op('Mul', [x, b.op('Add', [x, x])]),
      inputs: [{ shape: [3], values: [-1, 0.5, 2] }],
    });
  });
});

function broadcastsTo(from: readonly number[], to: readonly number[]): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((extent, axis) => extent === 1 || extent === to[axis + lead]);
}

describe('gradients of choices', () => {
  it.each(['Min', 'Max', 'Sum', 'Mean'])('%s of one to three values agrees', (op) => {
    const a = { shape: [2, 3], values: [1, -2, 3, 0.5, 5, -6] };
    const b = { shape: [3], values: [2, 0.25, -1] };
    const c = { shape: [2, 1], values: [1.5, -1.75] };
    for (const inputs of [[a], [a, b], [a, b, c], [c, b, a]]) checkGradient({ op, inputs });
  });

  it.each(['Min', 'Max'])('%s gives the gradient of equal values to the first', (op) => {
    const same = { shape: [], values: [1] };
    expect(() => checkGradient({ op, inputs: [same, same] })).toThrow('gradient by input');
  });

  it('Where agrees, whatever is broadcast', () => {
    const condition = { shape: [2, 1], values: [0, 1], dtype: 'bool' as const };
    const a = { shape: [3], values: [1, 2, 3] };
    const b = { shape: [], values: [7] };
    checkGradient({ op: 'Where', inputs: [condition, a, b] });
    checkGradient({ op: 'Where', inputs: [condition, b, a] });
  });

  it('Clip agrees inside, outside and for its limits', () => {
    const x = { shape: [5], values: [-2, -0.5, 0.1, 0.9, 4] };
    const low = { shape: [], values: [-1] };
    const high = { shape: [], values: [0.5] };
    checkGradient({ op: 'Clip', inputs: [x, low, high] });
    checkGradient({ op: 'Clip', inputs: [x, undefined, high] });
    checkGradient({ op: 'Clip', inputs: [x, low] });
    checkGradient({ op: 'Clip', inputs: [x] });
  });

  it('Relu passes nothing at 0', () => {
    const kink = { op: 'Relu', inputs: [{ shape: [], values: [0] }] };
    expect(() => checkGradient(kink)).toThrow('element 0 is 0, by differences');
  });

  it.each(['com.microsoft.FastGelu', 'com.microsoft.BiasGelu'])('%s with a bias agrees', (op) => {
    const x = { shape: [2, 3], values: [1, -2, 3, 0.5, 5, -6] };
    checkGradient({ op, inputs: [x, { shape: [3], values: [2, 0.25, -1] }] });
  });

  it('comparisons and what is made of them carry no gradient', () => {
    checkGradient({
      build: (b, [x = '', y = '']) => {
        const both = b.op('Or', [
          b.op('Less', [x, y]),
          b.op('Xor', [b.op('IsNaN', [x]), b.op('Equal', [x, y])]),
        ]);
        return b.op('Where', [both, x, y]);
      },
      inputs: [
        { shape: [3], values: [1, -2, 3] },
        { shape: [3], values: [2, -3, 1] },
      ],
    });
  });
});
