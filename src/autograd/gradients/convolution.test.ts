import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineageError } from '../../core/lineageError.ts';
import { expectRuntimeAgrees } from '../../compute/runOnnxRuntime.fixture.ts';
import {
  checkGradient,
  forwardOf,
  networksOf,
  type GradientCase,
} from '../checkGradient.fixture.ts';
import { mixed } from '../numbers.fixture.ts';
import type { Attributes } from '../graphBuilder.ts';
import { floatsAttribute } from '../../core/network/attributes.ts';

const axis = fc.record({
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  begin: fc.integer({ min: 0, max: 2 }),
  end: fc.integer({ min: 0, max: 2 }),
  extra: fc.integer({ min: 0, max: 3 }),
});

const geometry = fc.record({
  axes: fc.oneof(
    { weight: 2, arbitrary: fc.array(axis, { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(axis, { minLength: 3, maxLength: 3 }) },
  ),
  batch: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  inner: fc.integer({ min: 1, max: 2 }),
  outer: fc.integer({ min: 1, max: 2 }),
  bias: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
type Geometry = typeof geometry extends fc.Arbitrary<infer T> ? T : never;

function convolution({ axes, batch, group, inner, outer, bias, seed }: Geometry): GradientCase {
  const spatial = axes.map(({ kernel, dilation, begin, end, extra }) =>
    Math.max(1, (kernel - 1) * dilation + 1 - begin - end + extra),
  );
  return {
    op: 'Conv',
    inputs: [
      mixed([batch, group * inner, ...spatial], seed),
      mixed([group * outer, inner, ...axes.map(({ kernel }) => kernel)], seed + 1),
      ...(bias ? [mixed([group * outer], seed + 2)] : []),
    ],
    attributes: {
      kernel_shape: axes.map(({ kernel }) => kernel),
      strides: axes.map(({ stride }) => stride),
      dilations: axes.map(({ dilation }) => dilation),
      pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
      group,
    },
  };
}

/** Extents stay positive: no more padding than the smallest output has. */
function transposed({ axes, batch, group, inner, outer, bias, seed }: Geometry): GradientCase {
  const pads = axes.map(({ begin, end, kernel, dilation }) => {
    const room = (kernel - 1) * dilation;
    const before = Math.min(begin, room);
    return [before, Math.min(end, room - before)] as const;
  });
  return {
    op: 'ConvTranspose',
    inputs: [
      mixed([batch, group * outer, ...axes.map(({ extra }) => extra + 1)], seed),
      mixed([group * outer, inner, ...axes.map(({ kernel }) => kernel)], seed + 1),
      ...(bias ? [mixed([group * inner], seed + 2)] : []),
    ],
    attributes: {
      strides: axes.map(({ stride }) => stride),
      dilations: axes.map(({ dilation }) => dilation),
      pads: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)],
      output_padding: axes.map(({ stride, begin }) => Math.min(begin, stride - 1)),
      group,
    },
  };
}

const small: Geometry = {
  axes: [
    { kernel: 3, stride: 2, dilation: 1, begin: 1, end: 1, extra: 5 },
    { kernel: 2, stride: 1, dilation: 2, begin: 0, end: 1, extra: 3 },
  ],
  batch: 2,
  group: 2,
  inner: 3,
  outer: 2,
  bias: true,
  seed: 5,
};

it('the gradients of Conv are those of differences, whatever its geometry', () => {
  fc.assert(
    fc.property(geometry, (of) => void checkGradient(convolution(of))),
    { numRuns: 60 },
  );
});

it('the gradients of ConvTranspose are those of differences, whatever its geometry', () => {
  fc.assert(
    fc.property(geometry, (of) => void checkGradient(transposed(of))),
    { numRuns: 60 },
  );
});

it.each(['SAME_UPPER', 'SAME_LOWER', 'VALID'])('auto_pad %s is differentiated', (auto_pad) => {
  for (const size of [5, 6])
    for (const op of ['Conv', 'ConvTranspose'])
      checkGradient({
        op,
        inputs: [mixed([1, 2, size, 4]), mixed([2, 2, 3, 2], 2)],
        attributes: { auto_pad, strides: [2, 1] },
      });
});

it('a ConvTranspose with output_shape is differentiated', () => {
  for (const output_shape of [
    [6, 7],
    [7, 7],
    [5, 6],
  ])
    checkGradient({
      op: 'ConvTranspose',
      inputs: [mixed([1, 2, 3, 3]), mixed([2, 1, 3, 3], 2)],
      attributes: { output_shape, strides: [2, 2] },
    });
});

/** Geometries for each way to the weight's gradient. */
const ways = (
  [
    [[2, 3, 2, 3], [4, 3, 1, 1], {}],
    [[2, 3, 5, 4], [4, 3, 1, 1], { strides: [2, 2] }],
    [[2, 3, 4], [2, 3, 1], { pads: [1, 2] }],
    [[2, 3, 4], [2, 3, 1], { pads: [0, 1] }],
    [[2, 3, 3], [2, 3, 1], { pads: [0, 2], strides: [2] }],
    [[2, 16, 4, 3], [2, 16, 3, 2], { pads: [1, 0, 0, 1], strides: [2, 1] }],
    [[1, 17, 7], [2, 17, 3], { pads: [2, 0], dilations: [2] }],
    [[2, 5, 1, 2], [6, 5, 1, 1], {}],
    [[2, 16, 4, 3], [16, 1, 3, 2], { group: 16, pads: [1, 0, 1, 1] }],
    [[1, 17, 9], [17, 1, 3], { group: 17, pads: [2, 2], dilations: [2] }],
    [[1, 16, 4, 5], [16, 1, 2, 2], { group: 16, strides: [2, 2] }],
    [[1, 16, 2, 2], [16, 1, 1, 1], { group: 16 }],
    [[1, 2, 9, 8], [2, 1, 3, 3], { group: 2, pads: [1, 1, 0, 1], strides: [2, 2] }],
    [[2, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }],
  ] as readonly (readonly [x: number[], w: number[], attributes: Attributes])[]
).map(([x, w, attributes]): GradientCase => ({
  op: 'Conv',
  inputs: [mixed(x), mixed(w, 2)],
  attributes,
}));

it.each(ways)('the weight gradient of Conv with $attributes is differentiated', (of) => {
  checkGradient(of);
});

it('conv on the runtime gives what the plain kernel gives', async () => {
  const cases = [
    ...fc.sample(geometry, { numRuns: 25, seed: 3 }).flatMap((of) => [convolution(of), transposed(of)]),
    ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto_pad) =>
      ['Conv', 'ConvTranspose'].map((op) => ({
        op,
        inputs: [mixed([1, 2, 5, 4]), mixed([2, 2, 3, 2], 2)],
        attributes: { auto_pad, strides: [2, 1] },
      })),
    ),
    ...[[6, 7], [7, 7], [5, 6]].map((output_shape) => ({
      op: 'ConvTranspose',
      inputs: [mixed([1, 2, 3, 3]), mixed([2, 1, 3, 3], 2)],
      attributes: { output_shape, strides: [2, 2] },
    })),
  ]; // prettier-ignore
  for (const each of cases) {
    const { network, feeds } = forwardOf(each);
    await expectRuntimeAgrees(network, feeds);
  }
});

it('the gradients of conv on the runtime are those of the plain kernels', async () => {
  const cases = fc.sample(geometry, { numRuns: 20, seed: 7 });
  const made = [small, ...cases].flatMap((of) => [convolution(of), transposed(of)]);
  for (const each of [...made, ...ways]) {
    const { backward, feeds } = networksOf(each);
    await expectRuntimeAgrees(backward, feeds);
  }
});

it.each(['Relu', 'Sigmoid', 'Tanh', 'LeakyRelu', 'HardSigmoid', 'Clip'])(
  'a FusedConv becomes a Conv and its %s',
  async (activation) => {
    const { network, feeds } = forwardOf({
      build: (b, [x = '', w = '', bias = '']) => {
        const made = b.op('Conv', [x, w, bias], { pads: [1, 1, 1, 1] });
        return made;
      },
      inputs: [mixed([1, 2, 4, 4]), mixed([3, 2, 3, 3], 2), mixed([3], 3)],
    });
    const plain = network.nodes[0];
    if (plain === undefined) throw new Error('no node');
    const params: Record<string, number[]> = {
      LeakyRelu: [0.25],
      HardSigmoid: [0.3, 0.4],
      Clip: [-0.5, 0.5],
    };
    const fused = {
      ...network,
      opsets: { '': 17, 'com.microsoft': 1 },
      nodes: [
        {
          ...plain,
          op: 'com.microsoft.FusedConv',
          attributes: {
            ...plain.attributes,
            activation: { is: 'string' as const, value: activation },
            ...(activation in params
              ? { activation_params: floatsAttribute(params[activation] ?? []) }
              : {}),
          },
        },
      ],
    };
    const { lower } = await import('../lower/lower.ts');
    const { evaluate } = await import('../evaluate/evaluate.ts');
    const { runOnnxRuntime, expectSame } = await import('../../compute/runOnnxRuntime.fixture.ts');
    const { b, outputs } = lower(fused, new Set(), 1, {
      mode: 'train',
      batchNorm: 'batch',
      dropout: 'off',
    });
    const name = network.outputs[0]?.name ?? '';
    const out = outputs.get(name) ?? '';
    const ours = evaluate(b.build('lowered', network.inputs, [out]), feeds).get(out);
    const theirs = (await runOnnxRuntime(fused, feeds)).get(name);
    if (ours === undefined || theirs === undefined) throw new Error('no output');
    expectSame(ours, theirs, activation);
  },
);

it('a Conv whose weight does not fit its data is refused by name', () => {
  const wrong = () =>
    forwardOf({ op: 'Conv', inputs: [mixed([1, 3, 4, 4]), mixed([2, 2, 3, 3])], attributes: {} });
  expect(wrong).toThrow(LineageError);
  expect(wrong).toThrow('Conv');
});
