import { attribute } from '../../core/network/attributes.ts';
import { literal } from '../../core/network/literal.ts';
import type { Attribute, Network, OpNode, ValueInfo } from '../../core/network/network.ts';
import type { CaseInput, GradientCase } from '../checkGradient.fixture.ts';
import { array } from '../evaluate/cases.fixture.ts';
import { floats } from '../randomValues.fixture.ts';
import type { NamedCase } from './namedCase.fixture.ts';

const whole = (shape: readonly number[], values: readonly number[]): CaseInput => ({
  shape,
  values,
  dtype: 'i32',
});

function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, number | string | Attribute>> = {},
): OpNode {
  return {
    op,
    name: '',
    inputs,
    outputs,
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        typeof value === 'object' ? value : attribute(value),
      ]),
    ),
  };
}

/** A fused operator on all of the inputs. */
function fused(
  name: string,
  op: string,
  inputs: GradientCase['inputs'],
  attributes: Parameters<typeof node>[3] = {},
  opset = 17,
): NamedCase {
  const names = inputs.map((input, at) => (input === undefined ? '' : `in${at}`));
  return [name, { opset, inputs, nodes: [node(op, names, ['y'], attributes)] }];
}

const contrib = 'com.microsoft.';

const attention: readonly NamedCase[] = [
  fused(
    'MultiHeadAttention with biases, a mask and added scores',
    `${contrib}MultiHeadAttention`,
    [
      floats([2, 3, 8]),
      floats([2, 4, 8], 1),
      floats([2, 4, 8], 2),
      floats([24], 3),
      whole([2, 4], [1, 1, 1, 0, 1, 1, 0, 0]),
      floats([2, 2, 3, 4], 4),
    ],
    { num_heads: 2 },
  ),
  fused(
    'Attention of com.microsoft',
    `${contrib}Attention`,
    [floats([2, 3, 4]), floats([4, 12], 1), floats([12], 2), whole([2, 3], [1, 1, 0, 1, 1, 1])],
    { num_heads: 2, unidirectional: 1 },
  ),
  fused(
    'Attention of ai.onnx with shared heads',
    'Attention',
    [floats([2, 3, 8]), floats([2, 3, 4], 1), floats([2, 3, 4], 2)],
    { q_num_heads: 4, kv_num_heads: 2, is_causal: 1 },
    23,
  ),
  fused(
    'RotaryEmbedding of com.microsoft',
    `${contrib}RotaryEmbedding`,
    [floats([2, 3, 8]), whole([2, 3], [0, 1, 2, 4, 3, 2]), floats([5, 2], 1), floats([5, 2], 2)],
    { interleaved: 0 },
  ),
  fused(
    'RotaryEmbedding of ai.onnx, interleaved',
    'RotaryEmbedding',
    [floats([1, 2, 3, 4]), floats([1, 3, 2], 1), floats([1, 3, 2], 2)],
    { interleaved: 1 },
    23,
  ),
  fused('EmbedLayerNormalization', `${contrib}EmbedLayerNormalization`, [
    whole([2, 3], [0, 4, 2, 1, 1, 3]),
    whole([2, 3], [0, 0, 1, 0, 1, 1]),
    floats([5, 4]),
    floats([6, 4], 1),
    floats([2, 4], 2),
    floats([4], 3),
    floats([4], 4),
  ]),
];

function recurrent(op: 'RNN' | 'GRU' | 'LSTM', direction: string, more = {}): NamedCase {
  const ways = direction === 'bidirectional' ? 2 : 1;
  const rows = 2 * { RNN: 1, GRU: 3, LSTM: 4 }[op];
  return [
    `${op} ${direction} ${JSON.stringify(more)}`,
    {
      op,
      inputs: [
        floats([3, 2, 3]),
        floats([ways, rows, 3], 1),
        floats([ways, rows, 2], 2),
        floats([ways, 2 * rows], 3),
        undefined,
        floats([ways, 2, 2], 4),
      ],
      attributes: { direction, hidden_size: 2, ...more },
      outputs: op === 'LSTM' ? 3 : 2,
    },
  ];
}

const layers: readonly NamedCase[] = [
  recurrent('RNN', 'reverse'),
  recurrent('GRU', 'bidirectional'),
  recurrent('GRU', 'forward', { linear_before_reset: 1 }),
  recurrent('LSTM', 'bidirectional'),
];

const quantised: readonly NamedCase[] = [
  [
    'DequantizeLinear by its scale',
    {
      op: 'DequantizeLinear',
      inputs: [
        { shape: [2, 3], values: [5, -60, 17, 100, -3, 0], dtype: 'i8', constant: true },
        floats([3]),
        { shape: [3], values: [3, -4, 0], dtype: 'i8', constant: true },
      ],
      attributes: { axis: 1 },
    },
  ],
  [
    'QuantizeLinear and DequantizeLinear',
    {
      inputs: [array([2, 3], 40)],
      build: (b, [x = '']) => {
        const scale = b.floats([3], [0.25, 0.5, 0.125]);
        const zero = b.constant(literal('i8', [3], [0, 3, -7]));
        const codes = b.op('QuantizeLinear', [x, scale, zero], { axis: 1 });
        return b.op('DequantizeLinear', [codes, scale, zero], { axis: 1 });
      },
      // Left without a reader, and so out of the graph.
      forwardOnCpu: true,
    },
  ],
];

const of = (name: string, shape: readonly number[] = [2], dtype: ValueInfo['dtype'] = 'f32') => ({
  name,
  dtype,
  shape,
});

function body(
  inputs: readonly ValueInfo[],
  outputs: readonly ValueInfo[],
  nodes: readonly OpNode[],
): { readonly is: 'graph'; readonly value: Network } {
  const value = {
    name: 'body',
    opsets: { '': 17 },
    inputs,
    outputs,
    nodes,
    initializers: new Map(),
  };
  return { is: 'graph', value };
}

const yes: CaseInput = { shape: [], values: [1], dtype: 'bool', constant: true };

const control: readonly NamedCase[] = [
  [
    'If',
    {
      inputs: [floats([2]), yes],
      nodes: [
        node('If', ['in1'], ['y'], {
          then_branch: body([], [of('t')], [node('Exp', ['in0'], ['t'])]),
          else_branch: body([], [of('e')], [node('Neg', ['in0'], ['e'])]),
        }),
      ],
    },
  ],
  [
    'Loop',
    {
      inputs: [floats([2]), yes, { shape: [], values: [3], dtype: 'i64', constant: true }],
      nodes: [
        node('Loop', ['in2', 'in1', 'in0'], ['last', 'all'], {
          body: body(
            [of('round', [], 'i64'), of('on', [], 'bool'), of('state')],
            [of('on', [], 'bool'), of('next'), of('seen')],
            [node('Mul', ['state', 'in0'], ['next']), node('Neg', ['next'], ['seen'])],
          ),
        }),
      ],
    },
  ],
  [
    'Scan',
    {
      inputs: [floats([2]), floats([3, 2], 1)],
      nodes: [
        node('Scan', ['in0', 'in1'], ['last', 'all'], {
          num_scan_inputs: 1,
          body: body(
            [of('state'), of('element')],
            [of('next'), of('seen')],
            [
              node('Add', ['state', 'element'], ['next']),
              node('Mul', ['next', 'element'], ['seen']),
            ],
          ),
        }),
      ],
    },
  ],
  ['Dropout that is off', { op: 'Dropout', inputs: [floats([2, 3])] }],
  [
    'Dropout',
    {
      op: 'Dropout',
      inputs: [floats([4, 8]), { shape: [], values: [0.25], constant: true }],
      lowering: { mode: 'train', batchNorm: 'frozen', dropout: 'as-in-network' },
    },
  ],
];

/** Operators that are only there once they are written out in others. */
export const fusedCases: readonly NamedCase[] = [...attention, ...layers, ...quantised, ...control];
