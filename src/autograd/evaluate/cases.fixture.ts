import type { GradientCase, CaseInput } from '../checkGradient.fixture.ts';
import { floatAttribute } from '../../core/network/attributes.ts';

/** Numbers of both signs between −range and range, none of them at a kink, the same in each run. */
export function values(count: number, range = 2, offset = 0): number[] {
  return Array.from({ length: count }, (_, at) =>
    Math.fround(range * Math.sin(1.7 * at + 0.6 + offset)),
  );
}

export function array(shape: readonly number[], range = 2, offset = 0): CaseInput {
  return {
    shape,
    values: values(
      shape.reduce((a, b) => a * b, 1),
      range,
      offset,
    ),
  };
}

/** Between low and high. */
function between(shape: readonly number[], low: number, high: number, offset = 0): CaseInput {
  const { values: numbers } = array(shape, 1, offset);
  return {
    shape,
    values: Array.from(numbers, (x) => Math.fround(low + ((high - low) * (x + 1)) / 2)),
  };
}

export function constantInts(numbers: readonly number[], shape = [numbers.length]): CaseInput {
  return { shape, values: numbers, dtype: 'i64', constant: true };
}

type Named = readonly [name: string, of: GradientCase];
const float = floatAttribute;

function one(op: string, x: CaseInput, attributes?: GradientCase['attributes'], opset = 17): Named {
  const name = attributes === undefined ? op : `${op} ${JSON.stringify(attributes)}`;
  return [name, { op, inputs: [x], opset, ...(attributes && { attributes }) }];
}

const wide = array([2, 3, 4], 4);
const small = between([2, 3], -0.9, 0.9);
const positive = between([2, 3], 0.3, 3);

/** Elementwise operators, each with a gradient. */
export const pointwiseCases: readonly Named[] = [
  ...['Exp', 'Abs', 'Neg', 'Sin', 'Cos', 'Floor', 'Ceil', 'Round', 'Sign'].map((op) =>
    one(op, wide),
  ),
  ...['Atan', 'Sinh', 'Cosh', 'Asinh'].map((op) => one(op, wide)),
  ...['Tan', 'Asin', 'Acos', 'Atanh'].map((op) => one(op, small)),
  ...['Sqrt', 'Log', 'Reciprocal'].map((op) => one(op, positive)),
  one('Acosh', between([2, 3], 1.2, 4)),
  ...['Relu', 'LeakyRelu', 'Elu', 'Selu', 'Celu', 'ThresholdedRelu'].map((op) => one(op, wide)),
  ...['HardSigmoid', 'HardSwish', 'Sigmoid', 'Tanh', 'Softplus'].map((op) => one(op, wide)),
  ...['Softsign', 'Mish', 'Erf'].map((op) => one(op, wide, undefined, 18)),
  one('LeakyRelu', wide, { alpha: float(0.25) }),
  one('Elu', wide, { alpha: float(0.5) }),
  one('Selu', wide, { alpha: float(1.5), gamma: float(0.75) }),
  one('Celu', wide, { alpha: float(0.5) }),
  one('ThresholdedRelu', wide, { alpha: float(0.5) }),
  one('HardSigmoid', wide, { alpha: float(0.3), beta: float(0.4) }),
  one('Gelu', wide, undefined, 20),
  one('Gelu', wide, { approximate: 'tanh' }, 20),
  one('com.microsoft.Gelu', wide),
  one('com.microsoft.QuickGelu', wide, { alpha: float(1.5) }),
  ['FastGelu', { op: 'com.microsoft.FastGelu', inputs: [wide, array([4])] }],
  ['BiasGelu', { op: 'com.microsoft.BiasGelu', inputs: [wide, array([4])] }],
  ...['Add', 'Sub', 'Mul', 'Max', 'Min', 'Sum', 'Mean'].map((op): Named => [
    op,
    { op, inputs: [array([2, 1, 4]), array([3, 1], 2, 1)] },
  ]),
  ...['Div', 'Pow'].map((op): Named => [
    op,
    { op, inputs: [between([2, 1, 4], 0.3, 2), between([3, 1], 0.5, 2)] },
  ]),
  ['Pow by 2', { op: 'Pow', inputs: [wide, constantInts([2], [])] }],
  ['Mod', { op: 'Mod', inputs: [wide, array([4], 1.5)], attributes: { fmod: 1 } }],
  ['Max of three', { op: 'Max', inputs: [wide, array([4], 2, 1), array([3, 1], 2, 2)] }],
  ['PRelu', { op: 'PRelu', inputs: [wide, array([3, 1])] }],
  ['Clip', { op: 'Clip', inputs: [wide, between([], -1, -1), between([], 2, 2)] }],
  ['Clip without a lower end', { op: 'Clip', inputs: [wide, undefined, between([], 1, 1)] }],
  [
    'Where',
    {
      op: 'Where',
      inputs: [{ shape: [2, 1], values: [0, 1], dtype: 'bool' }, array([3]), array([2, 3], 2, 1)],
    },
  ],
];

const axes = (...numbers: number[]) => constantInts(numbers);

/** Reductions and what goes along an axis. */
export const reductionCases: readonly Named[] = [
  ...'Mean Max Min Prod L1 L2 SumSquare LogSumExp'
    .split(' ')
    .flatMap((name): Named[] => [
      one(`Reduce${name}`, array([2, 3, 4]), { axes: [1, -1], keepdims: 0 }),
      one(`Reduce${name}`, array([2, 3, 4])),
      [
        `Reduce${name} 18`,
        { op: `Reduce${name}`, inputs: [array([2, 3, 4]), axes(-2)], opset: 18 },
      ],
    ]),
  one('ReduceLogSum', between([2, 3], 0.5, 2), { axes: [1] }),
  ['ReduceSum', { op: 'ReduceSum', inputs: [array([2, 3, 4]), axes(0, -1)] }],
  ...'Sum Mean Max Prod L1 L2 SumSquare LogSumExp'
    .split(' ')
    .map((name) => one(`Reduce${name}`, array([2, 3]), { noop_with_empty_axes: 1 }, 18)),
  ...[0, 1].flatMap((exclusive) =>
    [0, 1].map((reverse): Named => [
      `CumSum ${exclusive} ${reverse}`,
      {
        op: 'CumSum',
        inputs: [array([2, 3, 4]), constantInts([-2], [])],
        attributes: { exclusive, reverse },
      },
    ]),
  ),
  ...[0, 1].map((largest): Named => [
    `TopK ${largest}`,
    {
      op: 'TopK',
      inputs: [array([2, 5, 2]), constantInts([3])],
      attributes: { axis: 1, largest },
      outputs: 2,
    },
  ]),
];

const row = array([4], 1, 3);

/** Softmax and layer normalisations. */
export const softmaxCases: readonly Named[] = [
  ...[-1, 0, 1].flatMap((axis) => [
    one('Softmax', wide, { axis }),
    one('LogSoftmax', wide, { axis }),
    one('LpNormalization', wide, { axis }),
  ]),
  one('LpNormalization', wide, { p: 1 }),
  ['LayerNormalization', { op: 'LayerNormalization', inputs: [wide, row, row], outputs: 3 }],
  [
    'LayerNormalization of two axes',
    {
      op: 'LayerNormalization',
      inputs: [wide, array([3, 4])],
      attributes: { axis: 1, epsilon: float(0.01) },
    },
  ],
  [
    'SkipLayerNormalization',
    {
      op: 'com.microsoft.SkipLayerNormalization',
      inputs: [wide, array([2, 3, 4], 1, 2), row, row],
    },
  ],
  [
    'SkipSimplifiedLayerNormalization',
    {
      op: 'com.microsoft.SkipSimplifiedLayerNormalization',
      inputs: [wide, array([2, 3, 4], 1, 2), row],
    },
  ],
  ['SimplifiedLayerNormalization', { op: 'SimplifiedLayerNormalization', inputs: [wide, row] }],
];

/** Matrix products. */
export const linearCases: readonly Named[] = [
  ...(
    [
      [[3], [3]],
      [[2, 3], [3]],
      [[3], [3, 2]],
      [
        [4, 2, 3],
        [3, 2],
      ],
      [
        [4, 2, 3],
        [4, 3, 2],
      ],
      [
        [2, 1, 2, 3],
        [4, 3, 2],
      ],
      [
        [2, 3],
        [4, 3, 2],
      ],
    ] as const
  ).map(([a, b]): Named => [
    `MatMul ${JSON.stringify([a, b])}`,
    { op: 'MatMul', inputs: [array(a), array(b, 2, 1)] },
  ]),
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB): Named => [
      `Gemm ${transA} ${transB}`,
      {
        op: 'Gemm',
        inputs: [
          array(transA === 1 ? [3, 2] : [2, 3]),
          array(transB === 1 ? [4, 3] : [3, 4]),
          array([4]),
        ],
        attributes: { transA, transB, alpha: float(0.5), beta: float(2) },
      },
    ]),
  ),
  ...['bnhd,bmhd->bhnm', 'bnhd,mhd->bn', '...nhd,...mhd->...hnm'].map((equation): Named => [
    `Einsum ${equation}`,
    {
      op: 'Einsum',
      inputs: [array([2, 3, 2, 4]), array(equation.includes(',m') ? [5, 2, 4] : [2, 5, 2, 4])],
      attributes: { equation },
    },
  ]),
  [
    'FusedMatMul',
    {
      op: 'com.microsoft.FusedMatMul',
      inputs: [array([2, 3, 2]), array([2, 4, 3])],
      attributes: { transA: 1, transB: 1, alpha: float(0.5) },
    },
  ],
  [
    'FusedGemm',
    {
      op: 'com.microsoft.FusedGemm',
      inputs: [array([2, 3]), array([3, 4]), array([4])],
      attributes: { activation: 'LeakyRelu', activation_alpha: float(0.25) },
    },
  ],
];
