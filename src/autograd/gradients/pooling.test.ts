import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectRuntimeAgrees } from '../../compute/runOnnxRuntime.fixture.ts';
import {
  checkGradient,
  forwardOf,
  networksOf,
  type GradientCase,
} from '../checkGradient.fixture.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { distinct, mixed } from '../numbers.fixture.ts';

const axis = fc.record({
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  begin: fc.integer({ min: 0, max: 2 }),
  end: fc.integer({ min: 0, max: 2 }),
  extra: fc.integer({ min: 0, max: 4 }),
});

const geometry = fc.record({
  axes: fc.oneof(
    { weight: 3, arbitrary: fc.array(axis, { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(axis, { minLength: 3, maxLength: 3 }) },
  ),
  batch: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 2 }),
  ceil: fc.boolean(),
  padded: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
type Geometry = typeof geometry extends fc.Arbitrary<infer T> ? T : never;

/** Pads are less than the kernel, as ONNX Runtime asks. */
function pool(
  op: string,
  { axes: given, batch, channels, ceil, padded, seed }: Geometry,
): GradientCase {
  const dilated = op !== 'AveragePool';
  const axes = given.map((each) => ({
    ...each,
    dilation: dilated ? each.dilation : 1,
    begin: Math.min(each.begin, each.kernel - 1),
    end: Math.min(each.end, each.kernel - 1),
  }));
  const shape = [
    batch,
    channels,
    ...axes.map(({ kernel, dilation, extra }) => (kernel - 1) * dilation + 1 + extra),
  ];
  return {
    op,
    opset: 18,
    inputs: [distinct(shape, seed)],
    attributes: {
      kernel_shape: axes.map(({ kernel }) => kernel),
      strides: axes.map(({ stride }) => stride),
      pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
      ...(dilated ? { dilations: axes.map(({ dilation }) => dilation) } : {}),
      ...(op === 'AveragePool' ? { count_include_pad: padded ? 1 : 0 } : {}),
      ...(op === 'LpPool' ? { p: 1 + (seed % 3) } : {}),
      ceil_mode: ceil ? 1 : 0,
    },
  };
}

/** Windows side by side, some with elements left over. */
function tiled({ axes, batch, channels, seed }: Geometry): GradientCase {
  const kernel = axes.map((each) => each.kernel);
  return {
    op: 'MaxPool',
    inputs: [
      distinct(
        [
          batch,
          channels,
          ...axes.map((each) => each.kernel * each.stride + (each.extra % each.kernel)),
        ],
        seed,
      ),
    ],
    attributes: { kernel_shape: kernel, strides: kernel },
  };
}

it.each(['MaxPool', 'AveragePool', 'LpPool'])('the gradient of %s is that of differences', (op) => {
  fc.assert(
    fc.property(geometry, (of) => void checkGradient(pool(op, of))),
    { numRuns: 60 },
  );
});

it('the gradient of MaxPool without overlap is that of differences', () => {
  fc.assert(
    fc.property(geometry, (of) => void checkGradient(tiled(of))),
    { numRuns: 60 },
  );
  fc.assert(
    fc.property(geometry, (of) => void checkGradient({ ...tiled(of), op: 'AveragePool' })),
    { numRuns: 30 },
  );
});

it.each(['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool'])('the gradient of %s is that of differences', (op) => {
  for (const shape of [[2, 3, 4], [2, 3, 3, 2], [1, 2, 2, 3, 2]])
    checkGradient({ op, inputs: [distinct(shape)] });
}); // prettier-ignore

it.each(['SAME_UPPER', 'SAME_LOWER', 'VALID'])(
  'pooling with auto_pad %s is differentiated',
  (auto_pad) => {
    for (const op of ['MaxPool', 'AveragePool'])
      for (const size of [5, 6])
        checkGradient({
          op,
          inputs: [distinct([1, 2, size, 4])],
          attributes: { auto_pad, kernel_shape: [3, 2], strides: [2, 2] },
        });
  },
);

it('of equal largest elements the first one gets the whole gradient', () => {
  for (const attributes of [
    { kernel_shape: [2, 2], strides: [2, 2] },
    { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 1, 1] },
  ]) {
    const networks = networksOf({
      op: 'MaxPool',
      inputs: [{ shape: [1, 1, 4, 4], values: new Float64Array(16).fill(0.5) }],
      attributes,
    });
    const name = networks.grads.get(0) ?? '';
    const grad = evaluate(networks.backward, networks.feeds).get(name);
    const given = grad?.data.filter((value) => value !== 0);
    expect(grad?.data[0]).toBe(networks.feeds.get('seed0')?.data[0]);
    expect(given).toHaveLength(4);
  }
});

it('pooling on the runtime gives what the plain kernels give', async () => {
  const cases = fc
    .sample(geometry, { numRuns: 40, seed: 3 })
    .flatMap((of) => [
      pool('MaxPool', of),
      pool('AveragePool', of),
      pool('LpPool', of),
      tiled(of),
      { ...pool('MaxPool', of), outputs: 2 },
    ]);
  const global = ['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool'].map((op) => ({
    op,
    inputs: [mixed([2, 3, 4, 3])],
  }));
  const auto = ['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto_pad) =>
    ['MaxPool', 'AveragePool'].map((op) => ({
      op,
      inputs: [mixed([1, 2, 5, 4])],
      attributes: { auto_pad, kernel_shape: [3, 2], strides: [2, 2] },
    })),
  );
  for (const each of [...cases, ...global, ...auto]) {
    const { network, feeds } = forwardOf(each);
    // The checker of the runtime's format counts windows of ceil_mode that its own kernels leave out.
    const outputs = network.outputs.map((output) => ({
      ...output,
      shape: output.shape.map(() => '?'),
    }));
    await expectRuntimeAgrees({ ...network, outputs }, feeds);
  }
});

it('the gradients of pooling on the runtime are those of the plain kernels', async () => {
  for (const of of fc.sample(geometry, { numRuns: 20, seed: 7 }))
    for (const each of [
      pool('MaxPool', of),
      pool('AveragePool', of),
      tiled(of),
      { ...tiled(of), op: 'AveragePool' },
    ]) {
      const { backward, feeds } = networksOf(each);
      await expectRuntimeAgrees(backward, feeds);
    }
});
