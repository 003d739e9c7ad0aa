import { describe, expect, test } from 'vitest';
import { ndArray } from '../../autograd/evaluate/ndArray.ts';
import { runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { randomFrom } from '../../core/data/random.ts';
import { elementCount } from '../../core/dtype.ts';
import { bagOfEmbeddings } from '../../core/models/bagOfEmbeddings.ts';
import { cnn1d } from '../../core/models/cnn1d.ts';
import { depthwiseCnn } from '../../core/models/depthwiseCnn.ts';
import { gruAudio } from '../../core/models/gruAudio.ts';
import { lenet } from '../../core/models/lenet.ts';
import { lstmAudio } from '../../core/models/lstmAudio.ts';
import { mlp } from '../../core/models/mlp.ts';
import { resnet20 } from '../../core/models/resnet20.ts';
import { transformerEncoder } from '../../core/models/transformerEncoder.ts';
import type { Network } from '../../core/network/network.ts';

const seed = 1;
const models: readonly (readonly [string, Network])[] = [
  ['mlp', mlp({ inputs: 64, hidden: [32, 16], classes: 10, seed })],
  ['lenet', lenet({ seed })],
  ['lenet on small images', lenet({ size: 8, classes: 4, seed })],
  ['resnet20', resnet20({ seed })],
  [
    'resnet20, small and grey',
    resnet20({ channels: 1, size: 8, widths: [4, 8, 8], blocks: 1, seed }),
  ],
  ['depthwise CNN', depthwiseCnn({ seed })],
  ['transformer encoder', transformerEncoder({ seed })],
  ['GRU', gruAudio({ seed })],
  ['LSTM', lstmAudio({ seed })],
  ['1-D CNN', cnn1d({ seed })],
  ['bag of embeddings', bagOfEmbeddings({ seed, hidden: 8 })],
];

function feeds(network: Network, batch: number) {
  const random = randomFrom(2);
  return new Map(
    network.inputs.map(({ name, dtype, shape }) => {
      const extents = shape.map((extent) => (typeof extent === 'number' ? extent : batch));
      const draw = (): number => (dtype === 'i32' ? random.below(4000) : random.normal());
      const numbers = Float64Array.from({ length: elementCount(extents) }, draw);
      return [name, ndArray(dtype, extents, numbers)] as const;
    }),
  );
}

describe('models of our own', () => {
  test.each(models)('run on ONNX Runtime with any batch: %s', async (_, network) => {
    const [output] = network.outputs;
    const classes = output?.shape[1];
    for (const batch of [1, 3]) {
      const logits = (await runOnnxRuntime(network, feeds(network, batch))).get('logits');
      expect(logits?.shape).toEqual([batch, classes]);
      expect(logits?.data.every(Number.isFinite)).toBe(true);
      // Neither dead nor exploding: all logits of a new model are of one size.
      const largest = Math.max(...(logits?.data ?? []).map(Math.abs));
      expect(largest).toBeGreaterThan(1e-3);
      expect(largest).toBeLessThan(30);
    }
  });

  test('leave padding out of a sentence', async () => {
    const network = transformerEncoder({ seed, length: 8 });
    const run = async (length: number, tokens: readonly number[]) => {
      const own = length === 8 ? network : shorter(network, length);
      const fed = ndArray('i32', [1, length], Float64Array.from(tokens));
      return (await runOnnxRuntime(own, new Map([['tokens', fed]]))).get('logits')?.data;
    };
    const whole = await run(8, [5, 9, 2, 0, 0, 0, 0, 0]);
    const cut = await run(3, [5, 9, 2]);
    for (const [i, value] of (cut ?? []).entries()) expect(whole?.[i]).toBeCloseTo(value, 4);
  });
});

/** The same weights for sentences of another length. */
function shorter(network: Network, length: number): Network {
  const positions = network.initializers.get('positions');
  if (positions === undefined) throw new Error('no positions');
  const [, width = 0] = positions.shape;
  const bytes = positions.bytes.slice(0, length * width * 4);
  return {
    ...network,
    inputs: [{ name: 'tokens', dtype: 'i32', shape: ['batch', length] }],
    initializers: new Map([
      ...network.initializers,
      ['positions', { ...positions, shape: [length, width], bytes }],
    ]),
  };
}
