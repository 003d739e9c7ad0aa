import type { CaseInput, GradientCase } from '../checkGradient.fixture.ts';
import type { GraphBuilder, Attributes } from '../graphBuilder.ts';
import { array, constantInts } from '../evaluate/cases.fixture.ts';
import { attribute } from '../../core/network/attributes.ts';
import { literal } from '../../core/network/literal.ts';
import type { NamedCase } from './namedCase.fixture.ts';

function moved(
  op: string,
  x: readonly number[],
  inputs: GradientCase['inputs'] = [],
  attributes: Attributes = {},
): NamedCase {
  const given = inputs.map((each) => `${each?.dtype ?? 'f32'} ${JSON.stringify(each?.values)}`);
  const name = `${op} [${x.join(', ')}] ${JSON.stringify(attributes)} ${given.join(', ')}`;
  return [name, { op, inputs: [array(x), ...inputs], attributes }];
}

const views: readonly NamedCase[] = [
  moved('Identity', [2, 3]),
  moved('Reshape', [2, 3, 4], [constantInts([0, -1])]),
  moved('Flatten', [2, 3, 4], [], { axis: 2 }),
  moved('Squeeze', [2, 1, 3, 1], [constantInts([1])]),
  moved('Squeeze', [2, 1, 3, 1]),
  moved('Unsqueeze', [2, 3], [constantInts([-1, 0])]),
  moved('Transpose', [2, 3, 4], [], { perm: [2, 0, 1] }),
  moved('Expand', [3, 1], [constantInts([2, 3, 4])]),
  moved('Tile', [2, 3], [constantInts([3, 2])]),
  moved('Concat', [2, 3], [array([2, 1], 2, 1), array([2, 4], 2, 2)], { axis: -1 }),
  moved(
    'Slice',
    [9, 5],
    [
      [-2, 0],
      [0, 5],
      [0, 1],
      [-3, 2],
    ].map((each) => constantInts(each)),
  ),
  moved('Trilu', [3, 4], [constantInts([1], [])], { upper: 0 }),
  ['Split', { ...split([5, 3], [constantInts([2, 1, 2])]), lossOf: [0, 2] }],
  ['Split into uneven parts', split([7, 2], [], 18, { num_outputs: 3 })],
];

function split(
  shape: readonly number[],
  inputs: readonly CaseInput[],
  opset = 17,
  attributes: Attributes = {},
): GradientCase {
  return { op: 'Split', opset, inputs: [array(shape), ...inputs], attributes, outputs: 3 };
}

const indices = (shape: readonly number[], values: readonly number[], dtype: 'i64' | 'i32') =>
  ({ shape, values, dtype }) as const;

const many = Array.from({ length: 220 }, (_, at) => (at * at) % 300);

const taking: readonly NamedCase[] = [
  // Too large for a product with ones and zeros.
  [
    'Gather from a long table',
    {
      inputs: [array([1, 4]), indices([20, 11], many, 'i32')],
      build: (b, [x = '', ids = '']) =>
        b.op('Gather', [b.op('Expand', [x, b.ints([300, 4])]), ids]),
    },
  ],
  moved('Gather', [4, 3], [indices([2, 3], [0, 3, -1, 3, 1, 0], 'i64')]),
  moved('Gather', [4, 3], [indices([2, 3], [0, 3, -1, 3, 1, 0], 'i32')]),
  moved('Gather', [2, 4, 3], [indices([3], [0, -1, 3], 'i32')], { axis: 1 }),
  moved('Gather', [2, 9], [constantInts([1, 4, 7])], { axis: -1 }),
  moved('Gather', [2, 4, 3], [constantInts([2, 0, 2, -1])], { axis: 1 }),
  moved('GatherElements', [3, 3], [indices([2, 3], [0, 2, 2, 1, 2, 0], 'i64')]),
  moved('GatherND', [2, 2, 3], [indices([3, 2], [0, 1, 1, 0, 0, 1], 'i64')]),
  moved('GatherND', [2, 4, 3], [indices([2, 2, 1], [0, 3, 3, 3], 'i64')], { batch_dims: 1 }),
  ...['none', 'add'].flatMap((reduction) => [
    moved('ScatterElements', [4, 2], [indices([2, 2], [3, 0, 1, 2], 'i64'), array([2, 2], 1, 5)], {
      reduction,
    }),
    moved('ScatterND', [4, 3], [indices([2, 1], [3, 1], 'i64'), array([2, 3], 1, 5)], {
      reduction,
    }),
  ]),
  [
    'Scatter',
    {
      op: 'Scatter',
      opset: 10,
      inputs: [array([4, 2]), indices([1, 2], [3, 0], 'i64'), array([1, 2], 1, 5)],
    },
  ],
  [
    'OneHot',
    {
      inputs: [indices([2, 3], [0, -1, 4, 2, 1, 1], 'i32'), array([2, 3, 5])],
      build: (b, [ids = '', x = '']) => {
        const depth = b.scalar(5, 'i64');
        return b.op('Mul', [b.op('OneHot', [ids, depth, b.floats([2], [-1, 2])]), x]);
      },
    },
  ],
  moved('Compress', [3, 4], [{ shape: [4], values: [1, 0, 0, 1], dtype: 'bool', constant: true }], {
    axis: 1,
  }),
  moved('ReverseSequence', [4, 2, 3], [constantInts([3, 4])]),
];

/** Truths that choose between two values: the first input where they hold, else a half of it. */
function chosenBy(op: string, truth: (b: GraphBuilder, x: string, y: string) => string): NamedCase {
  return [
    op,
    {
      inputs: [array([2, 3]), array([3], 2, 1)],
      build: (b, [x = '', y = '']) =>
        b.op('Where', [truth(b, x, y), x, b.op('Mul', [x, b.scalar(0.5)])]),
    },
  ];
}

const truths: readonly NamedCase[] = [
  ...['Equal', 'Less', 'Greater', 'LessOrEqual', 'GreaterOrEqual'].map((op) =>
    chosenBy(op, (b, x, y) => b.op(op, [x, y])),
  ),
  ...['And', 'Or', 'Xor'].map((op) =>
    chosenBy(op, (b, x, y) => {
      const zero = b.scalar(0);
      return b.op(op, [b.op('Greater', [x, zero]), b.op('Greater', [y, zero])]);
    }),
  ),
  chosenBy('Not', (b, x, y) => b.op('Not', [b.op('Less', [x, y])])),
  chosenBy('IsNaN', (b, x) => b.op('IsNaN', [x])),
  chosenBy('IsInf', (b, x) => b.op('IsInf', [x])),
  ...['ArgMax', 'ArgMin'].map((op): NamedCase => [
    op,
    {
      inputs: [array([2, 4])],
      build: (b, [x = '']) =>
        b.op('GatherElements', [x, b.op(op, [x], { axis: 1, keepdims: 1 })], { axis: 1 }),
    },
  ]),
];

const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Attributes = {},
) => ({
  op,
  name: '',
  inputs,
  outputs: [output],
  attributes: Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, attribute(value as number)]),
  ),
});

/** What is computed before a run: it has a part in the graph, and none at run time. */
const settled: readonly NamedCase[] = [
  [
    'Shape',
    {
      inputs: [array([2, 6]), array([3, 4], 2, 1)],
      nodes: [node('Shape', ['in1'], 's'), node('Reshape', ['in0', 's'], 'y')],
    },
  ],
  [
    'Size',
    {
      inputs: [array([2, 6])],
      nodes: [
        node('Size', ['in0'], 'n'),
        node('Cast', ['n'], 'f', { to: 1 }),
        node('Div', ['in0', 'f'], 'y'),
      ],
    },
  ],
  [
    'ConstantOfShape',
    {
      inputs: [array([2, 3])],
      nodes: [
        node('Shape', ['in0'], 's'),
        node('ConstantOfShape', ['s'], 'c', { value: literal('f32', [1], [0.75]) }),
        node('Mul', ['in0', 'c'], 'y'),
      ],
    },
  ],
  [
    'EyeLike',
    {
      inputs: [array([3, 3])],
      nodes: [node('EyeLike', ['in0'], 'e', { k: 1 }), node('Mul', ['in0', 'e'], 'y')],
    },
  ],
  [
    'CastLike',
    {
      inputs: [array([2, 3]), array([1])],
      nodes: [node('CastLike', ['in0', 'in1'], 'c'), node('Exp', ['c'], 'y')],
    },
  ],
];

const casts: readonly NamedCase[] = [
  [
    'Cast to whole numbers and back',
    {
      inputs: [array([2, 3])],
      build: (b, [x = '']) =>
        b.op('Mul', [x, b.op('Cast', [b.op('Cast', [x], { to: 6 })], { to: 1 })]),
    },
  ],
];

/** Views and moves, indices, truths, and what is known before a run. */
export const moveCases: readonly NamedCase[] = [
  ...views,
  ...taking,
  ...truths,
  ...settled,
  ...casts,
];
