import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ndArray } from '../../autograd/evaluate/ndArray.ts';
import { expectSame, runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { randomFrom } from '../../core/data/random.ts';
import { elementCount } from '../../core/dtype.ts';
import { depthwiseCnn } from '../../core/models/depthwiseCnn.ts';
import { lenet } from '../../core/models/lenet.ts';
import { mlp } from '../../core/models/mlp.ts';
import { transformerEncoder } from '../../core/models/transformerEncoder.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import { halfWeights } from '../../core/network/surgery/halfWeights.ts';
import { fuseLora, insertLora, loraNames, loraTargets } from '../../core/network/surgery/lora.ts';
import { quantised, quantiseWeights } from '../../core/network/surgery/quantiseWeights.ts';
import { headOf, replaceHead } from '../../core/network/surgery/replaceHead.ts';

const seed = 1;
const models: readonly (readonly [string, Network])[] = [
  ['mlp', mlp({ inputs: 64, hidden: [32, 16], classes: 10, seed })],
  ['lenet', lenet({ seed })],
  ['depthwise CNN', depthwiseCnn({ seed, size: 16 })],
  ['transformer encoder', transformerEncoder({ seed, length: 8, vocabulary: 50, width: 16 })],
];

async function logits(network: Network) {
  const random = randomFrom(2);
  const feeds = network.inputs.map(({ name, dtype, shape }) => {
    const extents = shape.map((extent) => (typeof extent === 'number' ? extent : 2));
    const draw = (): number => (dtype === 'i32' ? random.below(50) : random.normal());
    const numbers = Float64Array.from({ length: elementCount(extents) }, draw);
    return [name, ndArray(dtype, extents, numbers)] as const;
  });
  const [value] = (await runOnnxRuntime(network, new Map(feeds))).values();
  if (value === undefined) throw new Error('no output');
  return value;
}

function bytesOf(network: Network): number {
  return [...network.initializers.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function initializer(network: Network, name: string): Literal {
  const found = network.initializers.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

describe('halfWeights', () => {
  test.each(models)('halves %s and computes nearly the same', async (_, network) => {
    const { network: half, tooLarge } = halfWeights(network);
    expect(bytesOf(half)).toBeLessThan(bytesOf(network) * 0.52);
    expect(tooLarge.size).toBe(0);
    expectSame(await logits(half), await logits(network), 'logits', { atol: 5e-3, rtol: 1e-2 });
  });

  test('leaves a weight as it is that half precision cannot hold', () => {
    const network = mlp({ inputs: 2, hidden: [], classes: 1, seed });
    const large = literal('f32', [1, 2], [70_000, 1]);
    const changed = {
      ...network,
      initializers: new Map([...network.initializers, ['head.weight', large]]),
    };
    const { halved, tooLarge } = halfWeights(changed);
    expect(halved).toEqual(['head.bias']);
    expect([...tooLarge]).toEqual([['head.weight', 1]]);
  });
});

describe('quantiseWeights', () => {
  test.each(models)(
    'makes %s an eighth-bit model that computes nearly the same',
    async (_, network) => {
      for (const opset of [17, 11]) {
        // The transformer and others use operators of 17; only plain ones are the same in 11.
        if (opset === 11 && network.name !== 'mlp' && network.name !== 'lenet') continue;
        const { network: small, errors } = quantiseWeights({ ...network, opsets: { '': opset } });
        expect(errors.size).toBeGreaterThan(1);
        const plain = await logits(network);
        const other = await logits(small);
        const largest = Math.max(...plain.data.map(Math.abs));
        expectSame(other, plain, 'logits', { atol: largest / 20 });
      }
    },
  );

  test('gives each channel its own scale and errs by half a step at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -9, max: 9, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (values) => {
          const weight = literal('f32', [2, 3], values);
          const { codes, scales, error } = quantised(weight, 1);
          const [code, scale] = [numbersOf(codes), numbersOf(scales)];
          for (const [i, value] of numbersOf(weight).entries()) {
            const step = scale[i % 3] ?? 0;
            expect(Math.abs((code[i] ?? 0) * step - value)).toBeLessThanOrEqual(step * 0.5001);
          }
          expect(error).toBeLessThanOrEqual(Math.max(...scale) * 0.5001);
        },
      ),
    );
  });

  test('is exact for numbers that are whole steps', () => {
    const weight = literal('f32', [2, 2], [127, -64, 1.27, 0.5]);
    const { codes, scales } = quantised(weight, 0);
    expect([...numbersOf(codes)]).toEqual([127, -64, 127, 50]);
    expect([...numbersOf(scales)].map((x) => Math.round(x * 1e4) / 1e4)).toEqual([1, 0.01]);
  });
});

describe('insertLora', () => {
  test.each(models)(
    'changes nothing of %s until it is trained, and fuses to the same',
    async (_, network) => {
      const targets = loraTargets(network, true);
      expect(targets.length).toBeGreaterThan(0);
      const settings = { rank: 2, alpha: 3, seed };
      const { network: adapted, trainable } = insertLora(network, targets, settings);
      expect(trainable.length).toBe(2 * targets.length);
      const before = await logits(network);
      expectSame(await logits(adapted), before, 'logits', { atol: 1e-6, rtol: 1e-5 });

      const random = randomFrom(3);
      const trained = new Map(adapted.initializers);
      const fused = new Map(network.initializers);
      for (const weight of targets) {
        const { a, b } = loraNames(weight);
        const { shape } = initializer(adapted, b);
        const values = Float64Array.from(
          { length: elementCount(shape) },
          () => random.normal() / 8,
        );
        trained.set(b, literal('f32', shape, values));
        const whole = fuseLora(
          initializer(network, weight),
          initializer(adapted, a),
          literal('f32', shape, values),
          1.5,
        );
        if (whole === undefined) throw new Error(`${weight} does not fit`);
        fused.set(weight, whole);
      }
      const after = await logits({ ...network, initializers: fused });
      expect(after.data).not.toEqual(before.data);
      expectSame(await logits({ ...adapted, initializers: trained }), after, 'logits', {
        atol: 1e-4,
        rtol: 1e-3,
      });
    },
  );

  test('fuses a case worked out by hand', () => {
    const weight = literal('f32', [2, 2], [1, 2, 3, 4]);
    const a = literal('f32', [1, 2], [10, 20]);
    const b = literal('f32', [2, 1], [1, -1]);
    const fused = fuseLora(weight, a, b, 0.5);
    expect(fused && [...numbersOf(fused)]).toEqual([6, 12, -2, -6]);
    expect(fuseLora(weight, b, a, 0.5)).toBeUndefined();
  });
});

describe('replaceHead', () => {
  test.each(models)('gives %s a head of seven fresh units', async (_, network) => {
    const { network: changed, tensors } = replaceHead(network, 'logits', 7, 5);
    expect((await logits(changed)).shape).toEqual([2, 7]);
    expect(changed.outputs[0]?.shape).toEqual(['batch', 7]);
    expect(tensors).toHaveLength(2);
    for (const [name, value] of network.initializers)
      if (!tensors.includes(name)) expect(changed.initializers.get(name)).toBe(value);
    expect(headOf(changed, 'logits')?.units).toBe(7);
  });

  test('finds a head behind a matrix product, its bias and a softmax', async () => {
    const network: Network = {
      name: 'm',
      opsets: { '': 17 },
      inputs: [{ name: 'x', dtype: 'f32', shape: ['batch', 3] }],
      outputs: [{ name: 'p', dtype: 'f32', shape: ['batch', 2] }],
      initializers: new Map([
        ['w', literal('f32', [3, 2], [1, 2, 3, 4, 5, 6])],
        ['b', literal('f32', [1, 2], [1, 2])],
      ]),
      nodes: [
        { op: 'MatMul', name: '', inputs: ['x', 'w'], outputs: ['m'], attributes: {} },
        { op: 'Add', name: '', inputs: ['b', 'm'], outputs: ['z'], attributes: {} },
        { op: 'Softmax', name: '', inputs: ['z'], outputs: ['p'], attributes: {} },
      ],
    };
    expect(headOf(network, 'p')).toMatchObject({ weight: 'w', bias: 'b', outputAxis: 1, units: 2 });
    const { network: changed } = replaceHead(network, 'p', 5, 1);
    expect(initializer(changed, 'b').shape).toEqual([1, 5]);
    const probabilities = await logits(changed);
    expect(probabilities.shape).toEqual([2, 5]);
    const sum = probabilities.data.slice(0, 5).reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(1, 5);
  });

  test('makes a sigmoid of one unit a softmax of classes, and leaves numbers free', async () => {
    const plain = mlp({ inputs: 3, hidden: [], classes: 1, seed });
    const network: Network = {
      ...plain,
      outputs: [{ name: 'p', dtype: 'f32', shape: ['batch', 1] }],
      nodes: [
        ...plain.nodes,
        { op: 'Sigmoid', name: '', inputs: ['logits'], outputs: ['p'], attributes: {} },
      ],
    };
    for (const opset of [17, 11]) {
      const { network: classes } = replaceHead({ ...network, opsets: { '': opset } }, 'p', 3, 1);
      const { data } = await logits(classes);
      expect(data.slice(3).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
    const { network: numbers } = replaceHead(network, 'p', 1, 1, 'numbers');
    expect(numbers.nodes.map(({ op }) => op)).toEqual(['Gemm', 'Identity']);
    expect((await logits(numbers)).shape).toEqual([2, 1]);
  });
});
