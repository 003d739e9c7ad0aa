import { describe, expect, it } from 'vitest';
import { expectSame, runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { attribute } from '../../core/network/attributes.ts';
import type { Dtype } from '../../core/dtype.ts';
import type { Network, OpNode } from '../../core/network/network.ts';
import type { CaseInput } from '../checkGradient.fixture.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray, type NdArray } from '../evaluate/ndArray.ts';
import { gradients } from '../gradients/gradients.ts';
import { floats } from '../randomValues.fixture.ts';
import { lower } from './lower.ts';

interface Case {
  readonly op: string;
  readonly opset?: number;
  readonly attributes: OpNode['attributes'];
  readonly inputs: readonly (CaseInput | undefined)[];
  /** Of the only output. */
  readonly rank: number;
  readonly outputs?: readonly string[];
}

const whole = (value: number) => attribute(value);
const given = (shape: readonly number[], values: readonly number[], dtype: Dtype): CaseInput => ({
  shape,
  values,
  dtype,
});
const table = (from: number, length: number): CaseInput => ({
  ...floats([length, 2], from),
});

const contrib = 'com.microsoft.';
const cases: Readonly<Record<string, Case>> = {
  'MultiHeadAttention with biases, masks and added scores': {
    op: `${contrib}MultiHeadAttention`,
    attributes: { num_heads: whole(2) },
    inputs: [
      floats([2, 3, 8]),
      floats([2, 4, 8], 1),
      floats([2, 4, 8], 2),
      floats([24], 3),
      given([2, 4], [1, 1, 1, 0, 1, 1, 0, 0], 'i32'),
      floats([2, 2, 3, 4], 4),
    ],
    rank: 3,
  },
  'MultiHeadAttention that looks back only': {
    op: `${contrib}MultiHeadAttention`,
    attributes: { num_heads: whole(2), unidirectional: whole(1) },
    inputs: [floats([1, 4, 8]), floats([1, 4, 8], 1), floats([1, 4, 8], 2)],
    rank: 3,
  },
  'Attention of com.microsoft': {
    op: `${contrib}Attention`,
    attributes: { num_heads: whole(2) },
    inputs: [
      floats([2, 3, 4]),
      floats([4, 12], 1),
      floats([12], 2),
      given([2, 3], [1, 1, 0, 1, 1, 1], 'i32'),
    ],
    rank: 3,
  },
  'RotaryEmbedding of com.microsoft': {
    op: `${contrib}RotaryEmbedding`,
    attributes: { interleaved: whole(0) },
    inputs: [floats([2, 3, 8]), given([2, 3], [0, 1, 2, 4, 3, 2], 'i64'), table(1, 5), table(2, 5)],
    rank: 3,
  },
  'RotaryEmbedding of com.microsoft, interleaved, by heads': {
    op: `${contrib}RotaryEmbedding`,
    attributes: { interleaved: whole(1) },
    inputs: [floats([1, 2, 3, 4]), given([1], [1], 'i64'), table(1, 5), table(2, 5)],
    rank: 4,
  },
  EmbedLayerNormalization: {
    op: `${contrib}EmbedLayerNormalization`,
    attributes: {},
    inputs: [
      given([2, 3], [0, 4, 2, 1, 1, 3], 'i32'),
      given([2, 3], [0, 0, 1, 0, 1, 1], 'i32'),
      floats([5, 4]),
      floats([6, 4], 1),
      floats([2, 4], 2),
      floats([4], 3),
      floats([4], 4),
    ],
    rank: 3,
    outputs: ['y', 'count'],
  },
  'Attention of ai.onnx with shared heads': {
    op: 'Attention',
    opset: 23,
    attributes: { q_num_heads: whole(4), kv_num_heads: whole(2), is_causal: whole(1) },
    inputs: [floats([2, 3, 8]), floats([2, 3, 4], 1), floats([2, 3, 4], 2)],
    rank: 3,
  },
  'Attention of ai.onnx by heads with a mask': {
    op: 'Attention',
    opset: 23,
    attributes: {},
    inputs: [
      floats([2, 2, 3, 4]),
      floats([2, 2, 2, 4], 1),
      floats([2, 2, 2, 4], 2),
      given([3, 2], [1, 0, 1, 1, 0, 1], 'bool'),
    ],
    rank: 4,
  },
};

function networkOf({ op, opset = 17, attributes, inputs, rank, outputs = ['y'] }: Case): Network {
  return {
    name: 'attention',
    opsets: { '': opset, 'com.microsoft': 1 },
    inputs: inputs.flatMap((input, at) =>
      input === undefined
        ? []
        : [{ name: `in${at}`, dtype: input.dtype ?? 'f32', shape: input.shape }],
    ),
    outputs: [{ name: 'y', dtype: 'f32', shape: Array.from({ length: rank }, () => '?') }],
    initializers: new Map(),
    nodes: [
      {
        op,
        name: '',
        inputs: inputs.map((input, at) => (input === undefined ? '' : `in${at}`)),
        outputs,
        attributes,
      },
    ],
  };
}

const options = { mode: 'train', batchNorm: 'frozen', dropout: 'off' } as const;

describe('attention', () => {
  for (const [name, of] of Object.entries(cases))
    it(`${name}: written out it is what ONNX Runtime’s own operator gives`, async () => {
      const network = networkOf(of);
      const feeds = new Map<string, NdArray>(
        of.inputs.flatMap((input, at) =>
          input === undefined
            ? []
            : [[`in${at}`, ndArray(input.dtype ?? 'f32', input.shape, input.values)] as const],
        ),
      );
      const { b, outputs } = lower(network, new Set(), 1, options);
      const made = outputs.get('y') ?? '';
      const written = b.build('written', network.inputs, [made]);
      const theirs = (await runOnnxRuntime(network, feeds)).get('y') as NdArray;
      expectSame(evaluate(written, feeds).get(made) as NdArray, theirs, 'y');
      expectSame((await runOnnxRuntime(written, feeds)).get(made) as NdArray, theirs, 'y');

      const floatInputs = network.inputs.filter(({ dtype }) => dtype === 'f32');
      const wanted = new Set(floatInputs.map((input) => input.name));
      const seed = b.input('seed', 'f32', b.shape(made));
      expect(gradients(b, new Map([[made, seed]]), wanted).size).toBe(wanted.size);
    });
});
