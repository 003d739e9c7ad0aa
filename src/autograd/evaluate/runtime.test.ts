import { describe, expect, it } from 'vitest';
import {
  expectRuntimeAgrees,
  expectSame,
  runOnnxRuntime,
} from '../../compute/runOnnxRuntime.fixture.ts';
import {
  checkGradient,
  forwardOf,
  networksOf,
  type GradientCase,
} from '../checkGradient.fixture.ts';
import { linearCases, pointwiseCases, reductionCases, softmaxCases } from './cases.fixture.ts';
import { evaluate } from './evaluate.ts';
import { lower } from '../lower/lower.ts';

const cases = [...pointwiseCases, ...reductionCases, ...softmaxCases, ...linearCases];

describe('the plain kernels', () => {
  it.each(cases)('agree with ONNX Runtime on %s', async (_, of) => {
    const { network, feeds } = forwardOf(of);
    await expectRuntimeAgrees(network, feeds);
  });
});

describe('the shape rules', () => {
  it.each(cases)('foretell what the kernels give for %s', (_, of) => {
    const { network, feeds } = forwardOf(of);
    const networks = networksOf(of);
    for (const each of [network, networks.backward]) {
      const results = evaluate(each, each === network ? feeds : networks.feeds);
      for (const { name, dtype, shape } of each.outputs)
        expect({ name, dtype, shape }).toEqual({
          name,
          dtype: results.get(name)?.dtype,
          shape: results.get(name)?.shape,
        });
    }
  });
});

describe('the gradient graphs', () => {
  it.each(cases)('of %s agree with finite differences', (_, of) => {
    checkGradient({ ...of, tolerance: 1e-5 });
  });

  it.each(cases)('of %s run on ONNX Runtime in f32', async (_, of) => {
    const { backward, feeds } = networksOf(of);
    // Floor and its like have none.
    if (backward.outputs.length === 0) return;
    await expectRuntimeAgrees(backward, feeds, { rtol: 2e-4, atol: 2e-5 });
  });

  it.each(['IsNaN', 'IsInf'])('%s on special values', async (op) => {
    const x = { shape: [5], values: [NaN, Infinity, -Infinity, 0, -1] };
    for (const attributes of op === 'IsInf' ? [{}, { detect_negative: 0 }] : [{}]) {
      const { network, feeds } = forwardOf({ op, inputs: [x], attributes });
      await expectRuntimeAgrees(network, feeds);
    }
  });
});

describe('integers', () => {
  const big = [2147483647, -2147483648, 7, -7, 123456789, 0];
  const other = [2, -1, 3, 3, 987654321, 5];
  it.each(['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max', 'Less', 'Equal', 'GreaterOrEqual'])(
    '%s of i32 and u32 wraps as the runtime does',
    async (op) => {
      for (const dtype of ['i32', 'u32'] as const) {
        const fits = (value: number) => (dtype === 'u32' ? value >>> 0 : value);
        // The one quotient that overflows is undefined in C++.
        const divisors = op === 'Div' ? other.with(1, 2) : other;
        const { network, feeds } = forwardOf({
          op,
          inputs: [
            { shape: [6], values: big.map(fits), dtype },
            { shape: [6], values: divisors.map(fits), dtype },
          ],
        });
        await expectRuntimeAgrees(network, feeds, { rtol: 0, atol: 0 });
      }
    },
  );

  it('Mod of i64 takes the sign of the divisor, or with fmod of the dividend', async () => {
    const a = { shape: [4], values: [7, -7, 7, -7], dtype: 'i64' as const };
    const b = { shape: [4], values: [3, 3, -3, -3], dtype: 'i64' as const };
    for (const fmod of [0, 1]) {
      const { network, feeds } = forwardOf({ op: 'Mod', inputs: [a, b], attributes: { fmod } });
      await expectRuntimeAgrees(network, feeds);
    }
  });

  it.each(['And', 'Or', 'Xor', 'Not', 'Equal'])('%s of truths', async (op) => {
    const a = { shape: [4], values: [0, 1, 0, 1], dtype: 'bool' as const };
    const b = { shape: [4], values: [0, 0, 1, 1], dtype: 'bool' as const };
    const { network, feeds } = forwardOf({ op, inputs: op === 'Not' ? [a] : [a, b] });
    await expectRuntimeAgrees(network, feeds);
  });

  it.each(['ArgMax', 'ArgMin'])('%s takes the first of equal values, or the last', async (op) => {
    const x = { shape: [2, 4], values: [1, 3, 3, 1, 2, 2, 2, 2] };
    for (const select_last_index of [0, 1])
      for (const keepdims of [0, 1]) {
        const attributes = { axis: -1, keepdims, select_last_index };
        const { network, feeds } = forwardOf({ op, inputs: [x], attributes });
        await expectRuntimeAgrees(network, feeds);
      }
  });

  it('reductions of i32', async () => {
    const x = { shape: [2, 3], values: [1, -5, 7, 2, 2, 9], dtype: 'i32' as const };
    for (const name of ['Sum', 'Max', 'Min', 'Prod', 'Mean']) {
      const { network, feeds } = forwardOf({ op: `Reduce${name}`, inputs: [x] });
      await expectRuntimeAgrees(network, feeds);
    }
  });

  it('Softmax before opset 13 takes all axes from its axis on as one', async () => {
    const x = { shape: [2, 2, 3], values: [1, -2, 0.5, 3, 0, 1, 2, 1, 0, -1, -2, 0.25] };
    for (const op of ['Softmax', 'LogSoftmax']) {
      const { network, feeds } = forwardOf({ op, inputs: [x], opset: 11 });
      await expectRuntimeAgrees(network, feeds);
    }
  });
});

describe('lowered forms', () => {
  const x = [-2.5, -1.5, -0.5, 0, 0.49999997, 0.5, 1.5, 2.5, 7.25];

  /** Compares a node's lowered form, on the plain evaluator, with ONNX Runtime's own operator. */
  async function expectKept(of: GradientCase): Promise<void> {
    const { network, feeds } = forwardOf(of);
    const options = { mode: 'evaluate', batchNorm: 'frozen', dropout: 'off' } as const;
    const { b, outputs } = lower(network, new Set(), 1, options);
    expect(b.nodes.map(({ op }) => op)).not.toContain(of.op);
    const name = outputs.get('out0') ?? '';
    const lowered = evaluate(b.build('lowered', network.inputs, [name]), feeds).get(name);
    const theirs = (await runOnnxRuntime(network, feeds)).get('out0');
    if (lowered === undefined || theirs === undefined) throw new Error('no output');
    expectSame(lowered, theirs, of.op ?? '');
  }

  it.each(['Round', 'Sign', 'Softsign', 'Selu', 'Celu', 'Mish'])(
    '%s gives the same values, ties and zeros included',
    async (op) => {
      const of = { op, inputs: [{ shape: [9], values: x }], opset: 18 };
      await expectRuntimeAgrees(forwardOf(of).network, forwardOf(of).feeds);
      await expectKept(of);
    },
  );

  it('IsInf tells the infinities apart, and from NaN and the largest numbers', async () => {
    const most = 3.4028234663852886e38;
    const values = [Infinity, -Infinity, NaN, most, -most, 0, 1];
    for (const detect_positive of [0, 1])
      for (const detect_negative of [0, 1])
        await expectKept({
          op: 'IsInf',
          inputs: [{ shape: [7], values }],
          attributes: { detect_positive, detect_negative },
        });
  });

  it('EyeLike becomes a constant of the diagonal that is asked for', async () => {
    for (const k of [-1, 0, 2])
      await expectKept({
        op: 'EyeLike',
        inputs: [{ shape: [3, 4], values: new Float64Array(12) }],
        attributes: { k },
      });
  });

  it('Pow takes whole exponents as floats', async () => {
    const { network, feeds } = forwardOf({
      op: 'Pow',
      inputs: [
        { shape: [2, 3], values: [1, 2, 3, -1, -2, 0.5] },
        { shape: [3], values: [2, 3, 0], dtype: 'i64', constant: true },
      ],
    });
    const options = { mode: 'train', batchNorm: 'frozen', dropout: 'off' } as const;
    const { b, outputs } = lower(network, new Set(), 1, options);
    const name = outputs.get('out0') ?? '';
    const made = b.build('lowered', network.inputs, [name]);
    const [pow] = made.nodes.filter(({ op }) => op === 'Pow');
    expect(pow?.inputs.map((input) => b.dtype(input))).toEqual(['f32', 'f32']);
    const theirs = (await runOnnxRuntime(network, feeds)).get('out0');
    expectSame(evaluate(made, feeds).get(name) as never, theirs as never, 'Pow');
  });
});
