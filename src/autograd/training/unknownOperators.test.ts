import { describe, expect, it } from 'vitest';
import { isLineageError } from '../../core/lineageError.ts';
import { encodeOnnx } from '../../core/network/encodeOnnx.ts';
import { literal } from '../../core/network/literal.ts';
import type { Network, OpNode } from '../../core/network/network.ts';
import { memorySource } from '../../formats/memorySource.fixture.ts';
import { readNetwork } from '../../formats/onnx/network/readNetwork.ts';
import { run } from '../../formats/onnx/parseOnnx.fixture.ts';
import { mlp, node, plainSettings } from './trainHost.fixture.ts';
import { trainingStep } from './trainingStep.ts';

/** `mlp([3, 4, 4, 2])` with nodes between its first two layers, read back from the bytes of an ONNX file. */
async function withBetween(domain: string, nodes: readonly OpNode[]): Promise<Network> {
  const plain = mlp([3, 4, 4, 2]);
  const at = plain.nodes.findIndex(({ inputs }) => inputs.includes('w1'));
  const after = plain.nodes
    .slice(at)
    .map((each, index) =>
      index === 0 ? { ...each, inputs: ['between', ...each.inputs.slice(1)] } : each,
    );
  const network: Network = {
    ...plain,
    opsets: { '': 17, ...(domain === '' ? {} : { [domain]: 1 }) },
    initializers: new Map([
      ...plain.initializers,
      [
        'identity',
        literal(
          'u8',
          [4, 4],
          Array.from({ length: 16 }, (_, i) => Number(i % 5 === 0)),
        ),
      ],
    ]),
    nodes: [...plain.nodes.slice(0, at), ...nodes, ...after],
  };
  const source = memorySource('model.onnx', encodeOnnx(network));
  return readNetwork({ name: 'model', format: 'onnx', files: [source] }, run);
}

const quantised = [
  {
    op: 'DynamicQuantizeLinear',
    name: 'quantise',
    inputs: ['h0'],
    outputs: ['codes', 'scale', 'zero'],
    attributes: {},
  },
  { ...node('MatMulInteger', ['codes', 'identity', 'zero'], 'sums'), name: 'product' },
  node('Cast', ['sums'], 'floats', { to: { is: 'int', value: 1 } }),
  node('Mul', ['floats', 'scale'], 'between'),
];

const custom = [{ ...node('my.company.Sharpen', ['h0'], 'between'), name: 'sharpen' }];

function train(network: Network, trainable: readonly string[], output = 'y') {
  return trainingStep({
    network,
    trainable,
    heads: [{ output, loss: { is: 'mean-squared-error' }, weight: 1 }],
    settings: plainSettings,
  });
}

function refusal(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isLineageError(error, 'operator-not-differentiable')) return error.data;
    throw error;
  }
  throw new Error('it was not refused');
}

const everything = ['w0', 'b0', 'w1', 'b1', 'w2', 'b2'];

describe('an operator without a gradient in the middle', () => {
  it('is named, with the weights after it as what can be trained, and these can', async () => {
    const network = await withBetween('', quantised);
    const { operators, trainable } = refusal(() => train(network, everything));
    expect(operators.map(({ op, node: name }) => [op, name])).toEqual([
      ['DynamicQuantizeLinear', 'quantise'],
      ['MatMulInteger', 'product'],
    ]);
    expect(trainable).toEqual(['w1', 'b1', 'w2', 'b2']);
    const step = train(network, trainable);
    expect(step.untouched).toEqual([]);
    expect(step.state.map(({ name }) => name)).toEqual(trainable);
  });
});

describe('an operator that is not known', () => {
  it('is named, and leaves nothing to train, as its output may have any shape', async () => {
    const network = await withBetween('my.company', custom);
    for (const wanted of [everything, ['w2', 'b2']])
      expect(refusal(() => train(network, wanted))).toEqual({
        operators: [
          {
            op: 'my.company.Sharpen',
            node: 'sharpen',
            why: 'it is not known here, and so neither is the shape of what it makes',
          },
        ],
        trainable: [],
      });
  });

  it('does not matter where the loss does not depend on it', async () => {
    const plain = mlp([3, 4, 2]);
    const network: Network = {
      ...plain,
      nodes: [
        ...plain.nodes,
        { ...node('Unsqueeze', ['y', 'axis'], 'scores') },
        node('NonMaxSuppression', ['boxes', 'scores'], 'chosen'),
      ],
      inputs: [...plain.inputs, { name: 'boxes', dtype: 'f32', shape: ['batch', 2, 4] }],
      outputs: [...plain.outputs, { name: 'chosen', dtype: 'i64', shape: ['n', 3] }],
      initializers: new Map([...plain.initializers, ['axis', literal('i64', [1], [1])]]),
    };
    const source = memorySource('model.onnx', encodeOnnx(network));
    const read = await readNetwork({ name: 'model', format: 'onnx', files: [source] }, run);
    expect(train(read, ['w0', 'b1']).untouched).toEqual([]);
  });
});
