import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expectRuntimeAgrees,
  expectSame,
  runOnnxRuntime,
} from '../../compute/runOnnxRuntime.fixture.ts';
import { literal } from '../../core/network/literal.ts';
import type { Dtype } from '../../core/dtype.ts';
import {
  forwardOf,
  networksOf,
  type CaseInput,
  type GradientCase,
} from '../checkGradient.fixture.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { lower } from '../lower/lower.ts';
import { proveCase } from '../proveCase.fixture.ts';
import { floats } from '../randomValues.fixture.ts';
import { refuseOffGpu } from '../webGpuOperators.fixture.ts';

const codes = (shape: readonly number[], dtype: Dtype, from = 0): CaseInput => ({
  shape,
  dtype,
  values: Float64Array.from(
    { length: shape.reduce((count, extent) => count * extent, 1) },
    (_, at) => ((at * 37 + from * 13 + 5) % 120) + (dtype === 'u8' ? 40 : -60),
  ),
});

/** Codes, halves between codes and what lies outside of the range. */
const numbers = fc.array(fc.integer({ min: -700, max: 700 }), { minLength: 6, maxLength: 6 });

const pairs = fc
  .record({
    numbers,
    dtype: fc.constantFrom('u8', 'i8'),
    perAxis: fc.boolean(),
    zero: fc.integer({ min: 0, max: 100 }),
    axis: fc.constantFrom(1, -1),
  })
  .map(({ numbers: halves, dtype, perAxis, zero, axis }): GradientCase => {
    const scales = perAxis ? [0.25, 0.5, 2] : [0.5];
    const shape = perAxis ? [3] : [];
    return {
      inputs: [
        // Exact multiples of half a step, so that ties are met.
        { shape: [2, 3], values: halves.map((half) => half / 4) },
        { shape, values: scales, constant: true },
        { shape, values: scales.map((_, at) => zero - at), dtype, constant: true },
      ],
      build: (b, [x = '', scale = '', zeroPoint = '']) => {
        const quantised = b.op('QuantizeLinear', [x, scale, zeroPoint], { axis });
        return b.op('DequantizeLinear', [quantised, scale, zeroPoint], { axis });
      },
      forwardOnCpu: true,
    };
  });

describe('fake quantisation', () => {
  it('is what ONNX Runtime’s pair of operators gives, ties included, in operators of WebGPU', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async (of) => {
        const { network, feeds } = forwardOf(of);
        const theirs = [...(await runOnnxRuntime(network, feeds)).values()][0];
        await expectRuntimeAgrees(network, feeds);
        const options = { mode: 'train', batchNorm: 'frozen', dropout: 'off' } as const;
        const { b, outputs } = lower(network, new Set(), 1, options);
        const lowered = b.build('lowered', network.inputs, [...outputs.values()]);
        expect(lowered.nodes.map(({ op }) => op)).not.toContain('QuantizeLinear');
        refuseOffGpu(b, lowered.nodes, 'lowered');
        const ours = [...evaluate(lowered, feeds).values()][0];
        await expectRuntimeAgrees(lowered, feeds);
        expectSame(ours as never, theirs as never, 'y');
      }),
      { numRuns: 60 },
    );
  });

  it('passes the gradient straight through inside the range, and none outside', async () => {
    const of: GradientCase = {
      inputs: [{ shape: [6], values: [0, 0.3, -31.9, 40, 31, -33] }],
      build: (b, [x = '']) => {
        const scale = b.scalar(0.25);
        const zero = b.constant(literal('i8', [], [0]));
        return b.op('DequantizeLinear', [b.op('QuantizeLinear', [x, scale, zero]), scale, zero]);
      },
      forwardOnCpu: true,
    };
    const { backward, grads, feeds } = networksOf(of);
    const gradient = evaluate(backward, feeds).get(grads.get(0) ?? '');
    const seed = feeds.get('seed0')?.data ?? [];
    expect(Array.from(gradient?.data ?? [])).toEqual(
      Array.from(seed, (weight, at) => (at === 3 || at === 5 ? 0 : weight)),
    );
    await expectRuntimeAgrees(backward, feeds);
  });
});

describe('quantised operators', () => {
  it('DequantizeLinear’s scale can be trained', async () => {
    for (const shape of [[], [3]])
      await proveCase({
        op: 'DequantizeLinear',
        inputs: [
          codes([2, 3, 2], 'i8'),
          floats(shape),
          { ...codes(shape, 'i8', 3), constant: true },
        ],
      });
  });

  const scalar = (value: number): CaseInput => ({ shape: [], values: [value] });
  const zero = (value: number, dtype: Dtype): CaseInput => ({ shape: [], values: [value], dtype });
  const cases: Readonly<Record<string, GradientCase>> = {
    MatMulInteger: {
      op: 'MatMulInteger',
      inputs: [codes([2, 3], 'u8'), codes([3, 4], 'i8'), zero(100, 'u8'), zero(3, 'i8')],
    },
    ConvInteger: {
      op: 'ConvInteger',
      inputs: [
        codes([1, 2, 5, 5], 'u8'),
        codes([3, 2, 3, 3], 'u8', 2),
        zero(100, 'u8'),
        zero(90, 'u8'),
      ],
      attributes: { pads: [1, 1, 1, 1] },
    },
    QLinearMatMul: {
      op: 'QLinearMatMul',
      inputs: [
        codes([2, 3], 'u8'),
        scalar(0.02),
        zero(100, 'u8'),
        codes([3, 4], 'u8', 4),
        scalar(0.03),
        zero(90, 'u8'),
        scalar(0.05),
        zero(120, 'u8'),
      ],
    },
    QLinearConv: {
      op: 'QLinearConv',
      inputs: [
        codes([1, 2, 5, 5], 'u8'),
        scalar(0.02),
        zero(100, 'u8'),
        { ...codes([3, 2, 3, 3], 'i8', 4), constant: true },
        { shape: [3], values: [0.03, 0.01, 0.02], constant: true },
        { shape: [3], values: [0, 0, 0], dtype: 'i8', constant: true },
        scalar(0.15),
        zero(120, 'u8'),
        { shape: [3], values: [10, -200, 3000], dtype: 'i32', constant: true },
      ],
    },
    DynamicQuantizeLinear: { op: 'DynamicQuantizeLinear', inputs: [floats([3, 4])], outputs: 3 },
  };
  for (const [name, of] of Object.entries(cases))
    it(`${name} is as ONNX Runtime computes it`, async () => {
      const { network, feeds } = forwardOf(of);
      await expectRuntimeAgrees(network, feeds);
    });

  it('integer products are named as what has no gradient', () => {
    expect(() =>
      networksOf({
        inputs: [floats([2, 3])],
        build: (b, [x = '']) => {
          const [coded = '', scale = '', point = ''] = b.ops('DynamicQuantizeLinear', [x], {}, 3);
          const weights = b.constant(literal('u8', [3, 1], [1, 2, 3]));
          const product = b.op('MatMulInteger', [coded, weights, point]);
          return b.op('Mul', [b.op('Cast', [product], { to: 1 }), scale]);
        },
        forwardOnCpu: true,
      }),
    ).toThrow(/operator-not-differentiable.*DynamicQuantizeLinear/);
  });
});
