import { expect, it } from 'vitest';
import { runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { literal } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import { runsOnWebGpu } from '../operatorCases/namedNetwork.fixture.ts';
import { node, noise, plainSettings, train, type Batch } from './trainHost.fixture.ts';
import { trainingStep } from './trainingStep.ts';

/** More words than are looked up by a product with ones and zeros. */
const words = 4000;
const length = 9;

/** The mean of a sentence's word embeddings, and a layer on it. */
function sentences(dtype: 'i32' | 'i64'): Network {
  const draw = noise(2);
  const numbers = (...shape: number[]) =>
    literal('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b) }, draw));
  return {
    name: 'sentences',
    opsets: { '': 17 },
    inputs: [{ name: 'tokens', dtype, shape: ['batch', length] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: ['batch', 3] }],
    initializers: new Map([
      ['table', numbers(words, 8)],
      ['w', numbers(8, 3)],
    ]),
    nodes: [
      node('Gather', ['table', 'tokens'], 'embedded'),
      node('ReduceMean', ['embedded'], 'mean', {
        axes: { is: 'ints', value: [1] },
        keepdims: { is: 'int', value: 0 },
      }),
      node('MatMul', ['mean', 'w'], 'y'),
    ],
  };
}

it('a network of 64-bit token ids trains as one of 32-bit ids, with operators of WebGPU', async () => {
  const draw = noise(9);
  const tokens = Array.from({ length: 6 * length }, (_, at) =>
    at % 4 === 3 ? 0 : Math.floor((draw() + 1) * 0.499 * words),
  );
  const batch: Batch = { inputs: { tokens }, targets: [[0, 1, 2, 2, 1, 0]] };
  const results = [];
  for (const dtype of ['i32', 'i64'] as const) {
    const network = sentences(dtype);
    const step = trainingStep({
      network,
      trainable: ['table', 'w'],
      heads: [{ output: 'y', loss: { is: 'cross-entropy' }, weight: 1 }],
      settings: plainSettings,
    });
    if (step.run.is !== 'single') throw new Error('not one run');
    const { network: program, feeds } = step.run.step;
    expect(program.inputs.some((input) => input.dtype === 'i64')).toBe(false);
    expect(feeds).toContainEqual(expect.objectContaining({ is: 'input', input: 'tokens' }));
    expect(runsOnWebGpu({ name: dtype, network: program, feeds: new Map() })).toBe(true);
    expect(program.nodes.map(({ op }) => op)).toContain('ScatterND');
    results.push(await train(step, network, [batch, batch], { run: runOnnxRuntime }));
  }
  expect(results[1]).toEqual(results[0]);
});
