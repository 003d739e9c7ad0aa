import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectRuntimeAgrees, expectSame } from '../../compute/runOnnxRuntime.fixture.ts';
import { floatAttribute } from '../../core/network/attributes.ts';
import { literal } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import {
  checkGradient,
  forwardOf,
  networksOf,
  type GradientCase,
} from '../checkGradient.fixture.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray } from '../evaluate/ndArray.ts';
import { lower } from '../lower/lower.ts';
import type { LoweringOptions } from '../lower/lowering.ts';
import { mixed } from '../numbers.fixture.ts';

const batch: LoweringOptions = { mode: 'train', batchNorm: 'batch', dropout: 'off' };

const shape = fc
  .tuple(
    fc.integer({ min: 2, max: 3 }),
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 0, maxLength: 3 }),
  )
  .map(([examples, channels, spatial]) => [examples, channels, ...spatial]);

function positive(of: readonly number[], seed: number) {
  const { values } = mixed(of, seed);
  return { shape: of, values: Float64Array.from(values, (value) => Math.abs(value) + 0.5) };
}

/** The forward network of training has statistics of the batch: its kernel is asked for training mode. */
function batchNormalisation(of: readonly number[], seed: number, training: boolean): GradientCase {
  const channels = [of[1] ?? 1];
  return {
    op: 'BatchNormalization',
    inputs: [
      mixed(of, seed),
      mixed(channels, seed + 1),
      mixed(channels, seed + 2),
      mixed(channels, seed + 3),
      positive(channels, seed + 4),
    ],
    attributes: { epsilon: floatAttribute(0.01), ...(training ? { training_mode: 1 } : {}) },
    ...(training ? { outputs: 3, lossOf: [0], wrt: [0, 1, 2], lowering: batch } : {}),
  };
}

it('with frozen statistics the gradients of BatchNormalization are those of differences', () => {
  fc.assert(
    fc.property(
      shape,
      fc.nat(1000),
      (of, seed) => void checkGradient(batchNormalisation(of, seed, false)),
    ),
    { numRuns: 30 },
  );
});

it('with the statistics of the batch the gradients of BatchNormalization are those of differences', () => {
  fc.assert(
    fc.property(
      shape,
      fc.nat(1000),
      (of, seed) => void checkGradient(batchNormalisation(of, seed, true)),
    ),
    { numRuns: 30 },
  );
});

it('the gradient of BatchNormalization is by the batch only where the statistics are its own', () => {
  const [, , , , , ...rest] = batchNormalisation([2, 3, 2, 2], 1, false).inputs;
  expect(rest).toHaveLength(0);
  checkGradient({
    ...batchNormalisation([3, 2, 4], 4, false),
    lowering: { ...batch, mode: 'evaluate' },
  });
});

it('running statistics follow those of the batch as ONNX has it', () => {
  const { network, feeds } = forwardOf(batchNormalisation([3, 2, 4], 9, true));
  const statistics = new Map(
    ['in3', 'in4'].map((name) => {
      const value = feeds.get(name);
      if (value === undefined) throw new Error(name);
      return [name, literal('f32', value.shape, value.data)] as const;
    }),
  );
  const stored: Network = {
    ...network,
    inputs: network.inputs.filter(({ name }) => !statistics.has(name)),
    initializers: new Map([...network.initializers, ...statistics]),
  };
  const { b, updates } = lower(stored, new Set(['in3', 'in4']), 3, batch);
  expect([...updates.keys()]).toEqual(['in3', 'in4']);
  const made = evaluate(b.build('updates', network.inputs, [...updates.values()]), feeds);
  const wanted = evaluate(network, feeds);
  for (const [at, value] of [...updates.values()].entries()) {
    const ours = made.get(value);
    const theirs = wanted.get(`out${at + 1}`);
    if (ours === undefined || theirs === undefined) throw new Error(`no statistic ${at}`);
    expectSame(ours, theirs, value);
  }
});

it('the gradients of InstanceNormalization are those of differences', () => {
  fc.assert(
    fc.property(shape, fc.nat(1000), (of, seed) => {
      const data = of.length > 2 ? of : [...of, 3];
      const channels = [data[1] ?? 1];
      checkGradient({
        op: 'InstanceNormalization',
        inputs: [mixed(data, seed), mixed(channels, seed + 1), mixed(channels, seed + 2)],
        attributes: { epsilon: floatAttribute(0.01) },
      });
    }),
    { numRuns: 30 },
  );
});

const grouped = fc
  .record({
    groups: fc.integer({ min: 1, max: 3 }),
    each: fc.integer({ min: 1, max: 3 }),
    spatial: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
    byGroup: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map(({ groups, each, spatial, byGroup, seed }): GradientCase => {
    const parts = [byGroup ? groups : groups * each];
    return {
      op: 'GroupNormalization',
      opset: byGroup ? 18 : 21,
      inputs: [
        mixed([2, groups * each, 2, ...spatial], seed),
        mixed(parts, seed + 1),
        mixed(parts, seed + 2),
      ],
      attributes: { num_groups: groups, epsilon: floatAttribute(0.01) },
    };
  });

it('the gradients of GroupNormalization are those of differences', () => {
  fc.assert(
    fc.property(grouped, (of) => void checkGradient(of)),
    { numRuns: 30 },
  );
});

const others: readonly GradientCase[] = [
  ...[1, 2, 3, 4, 5].map((size) => ({
    op: 'LRN',
    inputs: [mixed([2, 4, 3, 2], size)],
    attributes: { size, alpha: floatAttribute(0.5), beta: floatAttribute(0.75), bias: floatAttribute(2) },
  })),
  { op: 'MeanVarianceNormalization', inputs: [mixed([2, 3, 2, 3])] },
  { op: 'MeanVarianceNormalization', inputs: [mixed([2, 3, 4])], attributes: { axes: [0, -1] } },
]; // prettier-ignore

it.each(others)('the gradient of $op is that of differences', (of) => {
  checkGradient(of);
});

it('normalisations on the runtime give what the plain kernels give, and so do their gradients', async () => {
  const cases = [
    batchNormalisation([2, 3, 4], 1, false),
    batchNormalisation([2, 3], 1, false),
    batchNormalisation([2, 3, 2, 4], 2, true),
    batchNormalisation([2, 3, 2, 2, 2], 2, true),
    batchNormalisation([4, 3], 3, true),
    ...fc.sample(grouped, { numRuns: 8, seed: 1 }),
    ...others,
    { op: 'InstanceNormalization', inputs: [mixed([2, 3, 4]), mixed([3]), mixed([3], 2)] },
    { op: 'InstanceNormalization', inputs: [mixed([2, 3, 4, 2]), mixed([3]), mixed([3], 2)] },
  ];
  for (const each of cases) {
    const { network, feeds } = forwardOf(each);
    // The runtime's own LRN has odd sizes only; ours becomes other operators.
    const even = Object.values(each.attributes ?? {}).some((size) => size === 2 || size === 4);
    if (each.op !== 'LRN' || !even) await expectRuntimeAgrees(network, feeds);
    const networks = networksOf(each);
    await expectRuntimeAgrees(networks.backward, networks.feeds);
  }
});

it('a BatchNormalization without its statistics is refused by name', () => {
  const x = ndArray('f32', [1, 1, 1], [1]);
  const network = { ...forwardOf(batchNormalisation([2, 3, 4], 1, false)).network };
  expect(() => evaluate(network, new Map([['in0', x]]))).toThrow('BatchNormalization');
});
