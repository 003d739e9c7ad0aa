import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectRuntimeAgrees } from '../../compute/runOnnxRuntime.fixture.ts';
import { floatAttribute } from '../../core/network/attributes.ts';
import {
  checkGradient,
  forwardOf,
  networksOf,
  type GradientCase,
} from '../checkGradient.fixture.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { mixed } from '../numbers.fixture.ts';

const floats = (values: readonly number[]) => ({ shape: [values.length], values, constant: true });
const whole = (values: readonly number[]) => ({ ...floats(values), dtype: 'i64' as const });

const transformations = [
  'half_pixel',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
];

/** 2-D pictures; scales that f32 holds exactly, so that no place is decided by rounding. */
const resize = fc
  .record({
    mode: fc.constantFrom('nearest', 'linear', 'cubic'),
    transformation: fc.constantFrom(...transformations),
    nearest: fc.constantFrom('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
    spatial: fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 5 })),
    scales: fc.tuple(
      fc.constantFrom(0.5, 0.75, 1, 1.25, 1.5, 2, 3),
      fc.constantFrom(0.5, 0.75, 1, 1.25, 1.5, 2, 3),
    ),
    sizes: fc.boolean(),
    exclude: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map(({ mode, transformation, nearest, spatial, scales, sizes, exclude, seed }): GradientCase => {
    const shape = [2, 2, ...spatial];
    const to = spatial.map((extent, at) => Math.max(1, Math.floor(extent * (scales[at] ?? 1))));
    return {
      op: 'Resize',
      inputs: sizes
        ? [mixed(shape, seed), undefined, undefined, whole([2, 2, ...to])]
        : [mixed(shape, seed), undefined, floats([1, 1, ...scales])],
      attributes: {
        mode,
        coordinate_transformation_mode: transformation,
        ...(mode === 'nearest' ? { nearest_mode: nearest } : {}),
        ...(mode === 'cubic' ? { exclude_outside: exclude ? 1 : 0 } : {}),
      },
    };
  });

const padding = fc
  .record({
    mode: fc.constantFrom('constant', 'reflect', 'edge', 'wrap'),
    extents: fc.array(fc.integer({ min: 3, max: 5 }), { minLength: 1, maxLength: 4 }),
    pads: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 8, maxLength: 8 }),
    crop: fc.boolean(),
    value: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map(({ mode, extents, pads, crop, value, seed }): GradientCase => {
    const rank = extents.length;
    const given = pads.slice(0, 2 * rank);
    // The last axis is cropped at its end, by less than it has.
    if (crop && mode === 'constant') given[2 * rank - 1] = -1;
    return {
      op: 'Pad',
      opset: mode === 'wrap' ? 19 : 17,
      inputs: [
        mixed(extents, seed),
        whole(given),
        ...(value && mode === 'constant' ? [{ shape: [], values: [0.25] }] : []),
      ],
      attributes: { mode },
    };
  });

it('the gradients of Resize are those of differences, in all modes', () => {
  fc.assert(
    fc.property(resize, (of) => void checkGradient(of)),
    { numRuns: 150 },
  );
});

it('the gradient of Resize is differentiated along one and three axes', () => {
  for (const mode of ['nearest', 'linear'])
    for (const factors of [[2], [3, 2, 1], [1.5], [0.5, 2, 1.5]])
      checkGradient({
        op: 'Resize',
        inputs: [mixed([1, 2, ...factors.map(() => 3)]), undefined, floats([1, 1, ...factors])],
        attributes: { mode, coordinate_transformation_mode: 'asymmetric' },
        forwardOnCpu: true,
      });
});

it('a crop and resize is differentiated, and outside is the extrapolation value', () => {
  const of: GradientCase = {
    op: 'Resize',
    inputs: [
      mixed([1, 1, 4, 4]),
      floats([0, 0, 0.2, -0.3, 1, 1, 0.8, 1.2]),
      undefined,
      whole([1, 1, 3, 5]),
    ],
    attributes: {
      mode: 'linear',
      coordinate_transformation_mode: 'tf_crop_and_resize',
      extrapolation_value: floatAttribute(7),
    },
  };
  checkGradient(of);
  const { network, feeds } = forwardOf(of);
  expect(evaluate(network, feeds).get('out0')?.data[0]).toBe(7);
});

it('an Upsample becomes a Resize', () => {
  for (const mode of ['nearest', 'linear'])
    checkGradient({
      op: 'Upsample',
      opset: 9,
      inputs: [mixed([1, 2, 3, 2]), floats([1, 1, 2, 3])],
      attributes: { mode },
    });
});

it('the gradients of Pad are those of differences, in all modes', () => {
  fc.assert(
    fc.property(padding, (of) => void checkGradient(of)),
    { numRuns: 100 },
  );
});

const blocks: readonly GradientCase[] = [
  { op: 'DepthToSpace', inputs: [mixed([2, 8, 2, 3])], attributes: { blocksize: 2, mode: 'DCR' } },
  { op: 'DepthToSpace', inputs: [mixed([1, 9, 2, 2])], attributes: { blocksize: 3, mode: 'CRD' } },
  { op: 'SpaceToDepth', inputs: [mixed([2, 2, 4, 6])], attributes: { blocksize: 2 } },
];

it.each(blocks)('the gradient of $op is that of differences', (of) => {
  checkGradient(of);
});

it('resampling on the runtime gives what the plain kernels give', async () => {
  const cases = [
    ...fc.sample(resize, { numRuns: 80, seed: 5 }),
    ...fc.sample(padding, { numRuns: 40, seed: 5 }),
    ...blocks,
  ];
  for (const each of cases) {
    const { network, feeds } = forwardOf(each);
    await expectRuntimeAgrees(network, feeds);
  }
});

it('the gradients of resampling on the runtime are those of the plain kernels', async () => {
  const cases = [
    ...fc.sample(resize, { numRuns: 20, seed: 6 }),
    ...fc.sample(padding, { numRuns: 20, seed: 6 }),
    ...blocks,
  ];
  for (const each of cases) {
    const { backward, feeds } = networksOf(each);
    await expectRuntimeAgrees(backward, feeds);
  }
});

it('a Resize whose scales are only known at run time is refused by name', () => {
  const wrong = () =>
    forwardOf({
      op: 'Resize',
      inputs: [mixed([1, 1, 2, 2]), undefined, { shape: [4], values: [1, 1, 2, 2] }],
    });
  expect(wrong).toThrow('Resize');
});
