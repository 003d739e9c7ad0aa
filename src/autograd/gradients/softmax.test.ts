import { describe, it } from 'vitest';
import fc from 'fast-check';
import { floatAttribute } from '../../core/network/attributes.ts';
import { checkGradient, type CaseInput } from '../checkGradient.fixture.ts';
import { numbers } from '../arrays.fixture.ts';

function input(shape: readonly number[]): fc.Arbitrary<CaseInput> {
  const count = shape.reduce((a, b) => a * b, 1);
  return numbers(count, -2, 2).map((values) => ({ shape, values }));
}

/** A value of one to three axes, and one of its axes. */
const withAxis = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
  .chain((shape) =>
    fc.tuple(input(shape), fc.integer({ min: -shape.length, max: shape.length - 1 })),
  );

describe('gradients of softmax and layer normalisations', () => {
  it.each(['Softmax', 'LogSoftmax'])('%s agrees along every axis', (op) => {
    fc.assert(
      fc.property(withAxis, ([x, axis]) => {
        checkGradient({ op, inputs: [x], attributes: { axis } });
      }),
      { numRuns: 30 },
    );
  });

  it('LogSoftmax stays finite for large values', () => {
    const x = { shape: [1, 3], values: [1000, 998.5, -1000] };
    checkGradient({ op: 'LogSoftmax', inputs: [x] });
  });

  it.each([1, 2])('LpNormalization with p = %d agrees', (p) => {
    fc.assert(
      fc.property(withAxis, ([x, axis]) => {
        const values = Array.from(x.values, (value) => (Math.abs(value) < 0.1 ? 0.3 : value));
        checkGradient({
          op: 'LpNormalization',
          inputs: [{ ...x, values }],
          attributes: { axis, p },
        });
      }),
      { numRuns: 20 },
    );
  });

  /** Normalised axes with more than one value, which differ: the derivative stays moderate. */
  const normalisable = fc
    .tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 3, max: 4 }),
    )
    .chain((shape) => fc.tuple(input(shape), fc.integer({ min: 0, max: 2 })))
    .map(([x, axis]) => {
      const values = Array.from(x.values, (value, at) => value + ((at * 7) % 5));
      const rest = x.shape.slice(axis);
      const count = rest.reduce((a, b) => a * b, 1);
      const scale = { shape: rest, values: Array.from({ length: count }, (_, at) => 1 - at / 4) };
      const bias = { shape: rest, values: Array.from({ length: count }, (_, at) => at / 3) };
      return { x: { ...x, values }, axis, scale, bias };
    });

  it('LayerNormalization agrees by all inputs, from all outputs', () => {
    fc.assert(
      fc.property(
        normalisable,
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        ({ x, axis, scale, bias }, outputs, biased) => {
          const inputs = biased ? [x, scale, bias] : [x, scale];
          const attributes = { axis, epsilon: floatAttribute(0.125) };
          checkGradient({ op: 'LayerNormalization', inputs, attributes, outputs });
          if (outputs === 3)
            for (const lossOf of [[0], [1], [2]])
              checkGradient({ op: 'LayerNormalization', inputs, attributes, outputs, lossOf });
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each(['RMSNormalization', 'SimplifiedLayerNormalization'])('%s agrees', (op) => {
    fc.assert(
      fc.property(normalisable, ({ x, axis, scale }) => {
        const attributes = { axis, epsilon: floatAttribute(0.125) };
        checkGradient({ op, inputs: [x, scale], attributes });
      }),
      { numRuns: 20 },
    );
  });

  const skip = { shape: [1, 2, 3], values: [1, 2, 3.5, 1.5, 0, -1] };
  const x = { shape: [1, 2, 3], values: [0.5, 0.25, -1, 2, 3, 4] };
  const row = { shape: [3], values: [1, 0.5, -0.75] };

  it('SkipLayerNormalization agrees, its sum too', () => {
    const op = 'com.microsoft.SkipLayerNormalization';
    checkGradient({ op, inputs: [x, skip, row] });
    checkGradient({ op, inputs: [x, skip, row, row, row], outputs: 4 });
    checkGradient({ op, inputs: [x, skip, row, undefined, row], outputs: 4, lossOf: [0, 3] });
  });

  it('SkipSimplifiedLayerNormalization agrees', () => {
    const op = 'com.microsoft.SkipSimplifiedLayerNormalization';
    checkGradient({ op, inputs: [x, skip, row] });
    checkGradient({ op, inputs: [x, skip, row, row] });
  });
});
