import { floatAttribute } from '../../core/network/attributes.ts';
import type { CaseInput, GradientCase } from '../checkGradient.fixture.ts';
import { array, constantInts } from '../evaluate/cases.fixture.ts';
import type { Attributes } from '../graphBuilder.ts';
import { distinct, mixed } from '../numbers.fixture.ts';
import type { NamedCase } from './namedCase.fixture.ts';

const shapeOf = (shape: readonly number[]) => shape.join('×');

interface Windows {
  readonly group?: number;
  readonly [name: string]: number | string | readonly number[] | undefined;
}

/** A Conv or ConvTranspose with a bias. */
function weighted(
  op: string,
  x: readonly number[],
  w: readonly number[],
  windows: Windows = {},
): NamedCase {
  const [first = 1, second = 1] = w;
  const filters = op === 'Conv' ? first : second * (windows.group ?? 1);
  const name = `${op} ${shapeOf(x)} by ${shapeOf(w)} ${JSON.stringify(windows)}`;
  const attributes = windows as Attributes;
  return [name, { op, inputs: [mixed(x), mixed(w, 2), mixed([filters], 3)], attributes }];
}

const convolutions: readonly NamedCase[] = [
  weighted('Conv', [2, 3, 7, 6], [4, 3, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
  // The runtime's other layout computes this one wrongly.
  weighted('Conv', [2, 6, 14, 14], [16, 6, 5, 5]),
  weighted('Conv', [2, 16, 9, 8], [17, 16, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 1] }),
  weighted('Conv', [2, 16, 9], [17, 16, 3], { pads: [1, 1], strides: [2] }),
  weighted('Conv', [2, 16, 9, 8], [16, 1, 3, 3], { pads: [1, 1, 1, 1], group: 16 }),
  weighted('Conv', [2, 4, 9, 9], [4, 1, 3, 3], { pads: [1, 1, 1, 1], group: 4, strides: [2, 2] }),
  weighted('Conv', [2, 4, 8, 8], [6, 2, 3, 3], { pads: [1, 0, 1, 2], group: 2, dilations: [2, 1] }),
  weighted('Conv', [2, 4, 8, 8], [6, 4, 1, 1], { strides: [2, 2] }),
  weighted('Conv', [2, 4, 8, 8], [4, 4, 3, 2], { auto_pad: 'SAME_LOWER', strides: [2, 2] }),
  weighted('ConvTranspose', [2, 4, 4, 4], [4, 3, 3, 3], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  }),
  weighted('ConvTranspose', [2, 4, 4, 4], [4, 2, 3, 3], { strides: [2, 2], group: 2 }),
  weighted('ConvTranspose', [2, 4, 4, 4], [4, 2, 3, 3], { dilations: [2, 2] }),
  weighted('ConvTranspose', [2, 4, 4], [4, 2, 3], { strides: [2] }),
  weighted('ConvTranspose', [1, 2, 4, 4], [2, 2, 3, 3], { strides: [2, 2], output_shape: [8, 8] }),
  [
    'FusedConv',
    {
      inputs: [mixed([1, 2, 5, 5]), mixed([3, 2, 3, 3], 2), mixed([3], 3), mixed([1, 3, 3, 3], 4)],
      nodes: [
        {
          op: 'com.microsoft.FusedConv',
          name: '',
          inputs: ['in0', 'in1', 'in2', 'in3'],
          outputs: ['y'],
          attributes: { activation: { is: 'string', value: 'Tanh' } },
        },
      ],
    },
  ],
];

const pool = (op: string, shape: readonly number[], attributes: Attributes): NamedCase => [
  `${op} ${shapeOf(shape)} ${JSON.stringify(attributes)}`,
  { op, opset: 18, inputs: [distinct(shape)], attributes },
];

const pooling: readonly NamedCase[] = [
  ...['MaxPool', 'AveragePool'].flatMap((op) => [
    pool(op, [2, 3, 7, 7], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
    pool(op, [2, 3, 8, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    pool(op, [2, 3, 9], { kernel_shape: [2], strides: [2] }),
    pool(op, [2, 3, 9], { kernel_shape: [3], strides: [2], pads: [1, 1] }),
  ]),
  pool('MaxPool', [2, 3, 7, 7], { kernel_shape: [2, 2], strides: [1, 1], dilations: [2, 2] }),
  pool('AveragePool', [2, 3, 7, 7], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    count_include_pad: 1,
    ceil_mode: 1,
  }),
  pool('LpPool', [2, 3, 7, 7], { kernel_shape: [3, 3], strides: [2, 2], p: 2 }),
  pool('GlobalLpPool', [2, 3, 4, 3], { p: 2 }),
  pool('GlobalAveragePool', [2, 3, 5, 4], {}),
  pool('GlobalAveragePool', [2, 3, 5], {}),
  pool('GlobalMaxPool', [2, 3, 5, 4], {}),
  // A constant picture: of equal elements the first of each window has the gradient.
  [
    'MaxPool of equal elements',
    {
      op: 'MaxPool',
      inputs: [{ shape: [1, 2, 4, 4], values: new Float64Array(32) }],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
  ],
];

function positive(shape: readonly number[]): CaseInput {
  const { values } = mixed(shape, 9);
  return { shape, values: Float64Array.from(values, (value) => Math.abs(value) + 0.5) };
}

function batchNormalisation(shape: readonly number[], training: boolean): NamedCase {
  const channels = [shape[1] ?? 1];
  const of: GradientCase = {
    op: 'BatchNormalization',
    inputs: [
      mixed(shape),
      mixed(channels, 2),
      mixed(channels, 3),
      mixed(channels, 4),
      positive(channels),
    ],
    ...(training
      ? {
          attributes: { training_mode: 1 },
          outputs: 3,
          lossOf: [0],
          wrt: [0, 1, 2],
          lowering: { mode: 'train', batchNorm: 'batch', dropout: 'off' },
        }
      : {}),
  };
  return [`BatchNormalization ${shapeOf(shape)} ${training ? 'of the batch' : 'frozen'}`, of];
}

const normalisations: readonly NamedCase[] = [
  ...[true, false].flatMap((training) => [
    batchNormalisation([4, 3], training),
    batchNormalisation([2, 3, 4, 4], training),
  ]),
  ...[
    [2, 3, 4, 2],
    [2, 3, 4],
  ].map((shape): NamedCase => [
    `InstanceNormalization ${shapeOf(shape)}`,
    { op: 'InstanceNormalization', inputs: [mixed(shape), mixed([3], 2), mixed([3], 3)] },
  ]),
  ...[18, 21].map((opset): NamedCase => [
    `GroupNormalization ${opset}`,
    {
      op: 'GroupNormalization',
      opset,
      inputs: [mixed([2, 6, 4, 2]), ...[2, 3].map((seed) => mixed([opset === 18 ? 3 : 6], seed))],
      attributes: { num_groups: 3 },
    },
  ]),
  [
    'LRN',
    {
      op: 'LRN',
      inputs: [mixed([2, 4, 3, 2])],
      attributes: { size: 3, alpha: floatAttribute(0.5) },
    },
  ],
  ['MeanVarianceNormalization', { op: 'MeanVarianceNormalization', inputs: [mixed([2, 3, 2, 3])] }],
];

const floats = (values: readonly number[]): CaseInput => ({
  shape: [values.length],
  values,
  constant: true,
});

const resampling: readonly NamedCase[] = [
  ...['nearest', 'linear', 'cubic'].flatMap((mode) =>
    ['asymmetric', 'half_pixel', 'align_corners'].map((coordinates): NamedCase => [
      `Resize ${mode} ${coordinates}`,
      {
        op: 'Resize',
        inputs: [mixed([2, 2, 3, 4]), undefined, floats([1, 1, 2, 1.5])],
        attributes: { mode, coordinate_transformation_mode: coordinates },
      },
    ]),
  ),
  [
    'Resize by whole factors',
    {
      op: 'Resize',
      inputs: [mixed([2, 2, 3, 4]), undefined, undefined, constantInts([2, 2, 6, 8])],
      attributes: {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      },
    },
  ],
  ['Upsample', { op: 'Upsample', opset: 9, inputs: [mixed([1, 2, 3, 3]), floats([1, 1, 2, 3])] }],
  ...['constant', 'reflect', 'edge', 'wrap'].map((mode): NamedCase => [
    `Pad ${mode}`,
    {
      op: 'Pad',
      opset: mode === 'wrap' ? 19 : 17,
      inputs: [mixed([2, 3, 4, 4]), constantInts([0, 0, 1, 2, 0, 0, 2, 1])],
      attributes: { mode },
    },
  ]),
  [
    'Pad that also crops',
    {
      op: 'Pad',
      inputs: [array([2, 3, 4]), constantInts([0, 1, -1, 0, 2, 1]), { shape: [], values: [0.25] }],
    },
  ],
  ...['DepthToSpace', 'SpaceToDepth'].map((op): NamedCase => [
    op,
    { op, inputs: [mixed([2, 8, 2, 4])], attributes: { blocksize: 2 } },
  ]),
];

/** Convolutions, pooling, normalisations over axes, resampling. */
export const windowCases: readonly NamedCase[] = [
  ...convolutions,
  ...pooling,
  ...normalisations,
  ...resampling,
];
