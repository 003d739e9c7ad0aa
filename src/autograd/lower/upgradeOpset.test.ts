import { describe, expect, it } from 'vitest';
import { expectSame, runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { floatAttribute, floatsAttribute, attribute } from '../../core/network/attributes.ts';
import { ints, literal } from '../../core/network/literal.ts';
import type { Attribute, Literal, Network } from '../../core/network/network.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray } from '../evaluate/ndArray.ts';
import { floats } from '../randomValues.fixture.ts';
import { lower } from './lower.ts';
import { upgradeOpset } from './upgradeOpset.ts';

interface Old {
  readonly op: string;
  readonly opset: number;
  readonly shape: readonly number[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Further inputs, which are initializers. */
  readonly constants?: readonly (Literal | undefined)[];
  readonly outputs?: number;
}

const f32 = (numbers: readonly number[]) => literal('f32', [numbers.length], numbers);
const integer = (value: number) => attribute(value);

const olds: readonly Old[] = [
  { op: 'Softmax', opset: 11, shape: [2, 3, 4] },
  { op: 'Softmax', opset: 11, shape: [2, 3, 4], attributes: { axis: integer(-1) } },
  { op: 'LogSoftmax', opset: 9, shape: [2, 3, 4], attributes: { axis: integer(2) } },
  { op: 'Squeeze', opset: 11, shape: [2, 1, 3], attributes: { axes: attribute([1]) } },
  { op: 'Squeeze', opset: 11, shape: [2, 1, 3] },
  { op: 'Unsqueeze', opset: 11, shape: [2, 3], attributes: { axes: attribute([0, 3]) } },
  { op: 'ReduceSum', opset: 11, shape: [2, 3, 4], attributes: { axes: attribute([1]) } },
  { op: 'ReduceMean', opset: 18, shape: [2, 3, 4], constants: [ints([1])] },
  { op: 'ReduceMax', opset: 20, shape: [2, 3, 4] },
  {
    op: 'ReduceL2',
    opset: 18,
    shape: [2, 3],
    attributes: { noop_with_empty_axes: integer(1), keepdims: integer(0) },
  },
  {
    op: 'Split',
    opset: 11,
    shape: [2, 5],
    attributes: { split: attribute([2, 3]), axis: integer(1) },
    outputs: 2,
  },
  {
    op: 'Split',
    opset: 18,
    shape: [2, 5],
    attributes: { num_outputs: integer(2), axis: integer(1) },
    outputs: 2,
  },
  { op: 'Clip', opset: 7, shape: [8], attributes: { max: floatAttribute(0.5) } },
  {
    op: 'Clip',
    opset: 10,
    shape: [8],
    attributes: { min: floatAttribute(-0.25), max: floatAttribute(0.5) },
  },
  {
    op: 'Pad',
    opset: 10,
    shape: [2, 3],
    attributes: { pads: attribute([1, 0, 2, 1]), value: floatAttribute(7) },
  },
  {
    op: 'Pad',
    opset: 7,
    shape: [2, 3],
    attributes: { pads: attribute([0, 1, 0, 1]), mode: attribute('edge') },
  },
  {
    op: 'Slice',
    opset: 9,
    shape: [4, 5],
    attributes: { starts: attribute([1, -3]), ends: attribute([3, 9]) },
  },
  { op: 'Dropout', opset: 10, shape: [2, 3], attributes: { ratio: floatAttribute(0.3) } },
  {
    op: 'Upsample',
    opset: 7,
    shape: [1, 2, 2, 3],
    attributes: { scales: floatsAttribute([1, 1, 2, 3]), mode: attribute('nearest') },
  },
  { op: 'Upsample', opset: 9, shape: [1, 2, 2, 3], constants: [f32([1, 1, 2, 2])] },
  { op: 'Resize', opset: 10, shape: [1, 2, 2, 3], constants: [f32([1, 1, 2, 2])] },
  {
    op: 'Resize',
    opset: 10,
    shape: [1, 2, 4, 4],
    attributes: { mode: attribute('linear') },
    constants: [f32([1, 1, 2, 2])],
  },
  {
    op: 'TopK',
    opset: 9,
    shape: [2, 5],
    attributes: { k: integer(2), axis: integer(1) },
    outputs: 2,
  },
  {
    op: 'BatchNormalization',
    opset: 7,
    shape: [2, 3, 2],
    constants: [f32([1, 2, 3]), f32([0, 1, 2]), f32([0.5, 0.1, 0]), f32([1, 2, 0.5])],
  },
  { op: 'Mish', opset: 18, shape: [6] },
  { op: 'Cast', opset: 19, shape: [6], attributes: { to: integer(6), saturate: integer(1) } },
];

function networkOf({
  op,
  opset,
  shape,
  attributes = {},
  constants = [],
  outputs = 1,
}: Old): Network {
  const names = constants.map((tensor, at) => (tensor === undefined ? '' : `c${at}`));
  const made = Array.from({ length: outputs }, (_, at) => `y${at}`);
  return {
    name: op,
    opsets: { '': opset },
    inputs: [{ name: 'x', dtype: 'f32', shape }],
    outputs: made.map((name, at) => ({
      name,
      dtype: op === 'TopK' && at === 1 ? 'i64' : op === 'Cast' ? 'i32' : 'f32',
      shape: shape.map(() => '?').slice(0, 0),
    })),
    initializers: new Map(
      constants.flatMap((tensor, at) => (tensor === undefined ? [] : [[`c${at}`, tensor]])),
    ),
    nodes: [{ op, name: '', inputs: ['x', ...names], outputs: made, attributes }],
  };
}

const options = { mode: 'train', batchNorm: 'frozen', dropout: 'off' } as const;

describe('networks of other operator sets', () => {
  for (const old of olds)
    it(`${old.op} of ${old.opset} ${JSON.stringify(old.attributes ?? {})} gives the same in the forms of 17`, async () => {
      const network = networkOf(old);
      const feeds = new Map([['x', ndArray('f32', old.shape, floats(old.shape).values)]]);
      const { b, outputs } = lower(network, new Set(), 1, options);
      expect(b.opset).toBe(17);
      const lowered = b.build('lowered', network.inputs, [...outputs.values()]);
      // ONNX Runtime wants the right rank of what a model declares as its output.
      const declared = network.outputs.map((output, at) => ({
        ...output,
        shape: lowered.outputs[at]?.shape ?? [],
      }));
      const theirs = await runOnnxRuntime({ ...network, outputs: declared }, feeds);
      const ours = evaluate(lowered, feeds);
      const upgraded = await runOnnxRuntime(lowered, feeds);
      for (const [name, made] of outputs) {
        expectSame(ours.get(made) as never, theirs.get(name) as never, name);
        expectSame(upgraded.get(made) as never, theirs.get(name) as never, name);
      }
    });

  it('one of 17 stays the same object; one before 7 is refused', () => {
    const network = networkOf({ op: 'Relu', opset: 17, shape: [1] });
    expect(upgradeOpset(network)).toBe(network);
    expect(() => upgradeOpset({ ...network, opsets: { '': 6 } })).toThrow(/operator set 6/);
  });

  it('the graphs inside of a node are rewritten too', () => {
    const body = { ...networkOf({ op: 'Softmax', opset: 11, shape: [2, 3] }), inputs: [] };
    const network: Network = {
      ...networkOf({ op: 'Relu', opset: 11, shape: [2, 3] }),
      nodes: [
        {
          op: 'If',
          name: '',
          inputs: ['on'],
          outputs: ['y0'],
          attributes: {
            then_branch: { is: 'graph', value: body },
            else_branch: { is: 'graph', value: body },
          },
        },
      ],
      initializers: new Map([['on', literal('bool', [], [1])]]),
    };
    const { b } = lower(network, new Set(), 1, options);
    expect(b.nodes.map(({ op }) => op)).toEqual(['Softmax']);
  });
});
