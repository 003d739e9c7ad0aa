import { describe, expect, test, vi } from 'vitest';
import { batchAssembler, epochOrder } from '../core/data/batches.ts';
import type { Examples } from '../core/data/examples.ts';
import { randomFrom } from '../core/data/random.ts';
import { elementCount } from '../core/dtype.ts';
import { cnn1d } from '../core/models/cnn1d.ts';
import { depthwiseCnn } from '../core/models/depthwiseCnn.ts';
import { gruAudio } from '../core/models/gruAudio.ts';
import { lenet } from '../core/models/lenet.ts';
import { mlp } from '../core/models/mlp.ts';
import { resnet20 } from '../core/models/resnet20.ts';
import { transformerEncoder } from '../core/models/transformerEncoder.ts';
import type { Network } from '../core/network/network.ts';
import { networkWeights, trainableWeights } from '../core/network/trainableWeights.ts';
import type { Optimizer } from '../core/training/settings.ts';
import type { TrainJob } from '../core/training/trainJob.ts';
import { jaxPeer } from './independentJax.fixture.ts';
import { blobJob, Heard, never, testCompute } from './training.fixture.ts';

interface Trial {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly weightDecay?: number;
  readonly batchSize?: number;
}

const sgd = (momentum = 0, nesterov = false): Optimizer => ({ is: 'sgd', momentum, nesterov });
const adam = { is: 'adam', b1: 0.9, b2: 0.999, eps: 1e-8 } as const;
const adamw = { ...adam, is: 'adamw' } as const;
const steps = 12;
const classes = 4;

const perceptron = mlp({ inputs: 30, hidden: [24, 16], classes, seed: 1 });
const trials: readonly (readonly [string, Trial])[] = [
  ['an MLP by SGD', { network: perceptron, optimizer: sgd(), learningRate: 0.1 }],
  ['an MLP by momentum', { network: perceptron, optimizer: sgd(0.9), learningRate: 0.05 }],
  ['an MLP by Nesterov', { network: perceptron, optimizer: sgd(0.9, true), learningRate: 0.05 }],
  [
    'an MLP by momentum with decay',
    { network: perceptron, optimizer: sgd(0.9), learningRate: 0.05, weightDecay: 0.1 },
  ],
  ['an MLP by Adam', { network: perceptron, optimizer: adam, learningRate: 0.01 }],
  [
    'an MLP by Adam with decay',
    { network: perceptron, optimizer: adam, learningRate: 0.03, weightDecay: 0.03 },
  ],
  [
    'an MLP by AdamW',
    { network: perceptron, optimizer: adamw, learningRate: 0.01, weightDecay: 0.1 },
  ],
  [
    'LeNet by momentum',
    {
      network: lenet({ size: 16, classes, seed: 2 }),
      optimizer: sgd(0.9),
      learningRate: 0.1,
      batchSize: 4,
    },
  ],
  [
    'a ResNet by Nesterov',
    {
      network: resnet20({ channels: 2, size: 8, widths: [4, 6, 8], blocks: 1, classes, seed: 3 }),
      optimizer: sgd(0.9, true),
      learningRate: 0.02,
      weightDecay: 0.001,
    },
  ],
  [
    'a CNN over a wave by Adam',
    {
      network: cnn1d({ samples: 600, width: 4, classes, seed: 6 }),
      optimizer: adam,
      learningRate: 0.01,
    },
  ],
  [
    'a depthwise CNN with batch normalisation by momentum',
    {
      network: depthwiseCnn({ channels: 2, size: 8, width: 4, classes, seed: 3 }),
      optimizer: sgd(0.9),
      learningRate: 0.02,
    },
  ],
  [
    'a transformer by AdamW',
    {
      network: transformerEncoder({
        vocabulary: 20,
        length: 6,
        width: 16,
        heads: 2,
        layers: 2,
        classes,
        seed: 4,
      }),
      optimizer: adamw,
      learningRate: 0.003,
      weightDecay: 0.01,
    },
  ],
  [
    'a GRU by Adam',
    {
      network: gruAudio({ mels: 5, frames: 6, hidden: 8, classes, seed: 5 }),
      optimizer: adam,
      learningRate: 0.01,
    },
  ],
];

/** Examples that can be learnt: a class shifts the numbers, or chooses the words. */
function examplesFor(network: Network, count: number): Examples {
  const random = randomFrom(11);
  const labels = Int32Array.from({ length: count }, (_, at) => at % classes);
  const [{ name, dtype, shape } = { name: '', dtype: 'f32', shape: [] }] = network.inputs;
  const one = shape.slice(1).map(Number);
  const size = elementCount(one);
  const word = (at: number) => {
    // A sentence ends somewhere: what follows pads.
    const [example, place] = [Math.floor(at / size), at % size];
    if (place > 1 + (example % size)) return 0;
    return 1 + random.below(15) + (labels[example] ?? 0);
  };
  const number = (at: number) => random.normal() + 0.3 * (labels[Math.floor(at / size)] ?? 0);
  const length = { length: count * size };
  const column =
    dtype === 'i32'
      ? { dtype: 'i32' as const, data: Int32Array.from(length, (_, at) => word(at)) }
      : { dtype: 'f32' as const, data: Float32Array.from(length, (_, at) => number(at)) };
  return {
    count,
    columns: [
      { name, shape: one, ...column },
      { name: 'label', dtype: 'i32', shape: [], data: labels },
    ],
  };
}

function jobOf({
  network,
  optimizer,
  learningRate,
  weightDecay = 0,
  batchSize = 8,
}: Trial): TrainJob {
  const input = network.inputs[0]?.name ?? '';
  const none = { count: 0, columns: [] };
  return {
    ...blobJob({
      epochs: 2,
      batchSize,
      microBatch: batchSize,
      learningRate,
      optimizer,
      weightDecay,
      batchNorm: 'batch',
    }),
    network,
    trainable: trainableWeights(network),
    heads: [{ output: 'logits', loss: { is: 'cross-entropy' }, weight: 1 }],
    data: {
      inputs: { [input]: input },
      targets: { logits: 'label' },
      classes: {},
      train: examplesFor(network, (batchSize * steps) / 2),
      validation: none,
      test: none,
      augment: [],
      finish: {},
    },
  };
}

/** Losses of the same steps on jax-js. */
async function peerLosses(job: TrainJob): Promise<number[]> {
  // ONNX Runtime puts Node's own there, which jax-js would take for a browser's.
  vi.stubGlobal('Worker', undefined);
  const { network, trainable, settings, data } = job;
  const kernels = networkWeights(network).layers.flatMap(({ weights }) =>
    weights.filter(({ part }) => part === 'kernel').map(({ name }) => name),
  );
  const peer = await jaxPeer({
    network,
    trainable,
    optimizer: settings.optimizer,
    learningRate: settings.learningRate,
    weightDecay: settings.weightDecay,
    decaying: kernels,
  });
  const assembler = batchAssembler(data, data.train);
  const losses: number[] = [];
  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const order = epochOrder(data.train.count, settings.seed, epoch);
    for (let from = 0; from < order.length; from += settings.batchSize) {
      const batch = assembler.assemble(order.subarray(from, from + settings.batchSize));
      const labels = Int32Array.from(batch.targets.get('logits') ?? []);
      losses.push(await peer.step({ inputs: Object.fromEntries(batch.inputs), labels }));
    }
  }
  return losses;
}

describe('training step by step as jax-js does', () => {
  const compute = testCompute();

  test.each(trials)(
    '%s',
    async (_, trial) => {
      const job = jobOf(trial);
      const { report } = await compute.train(job, new Heard(), never);
      const expected = await peerLosses(job);
      const losses = report.losses.map(([, loss]) => loss);
      expect(losses).toHaveLength(steps);
      for (const [step, loss] of losses.entries()) {
        const other = expected[step] ?? Number.NaN;
        expect(
          Math.abs(loss - other) / other,
          `loss of step ${step + 1}: ${loss}, ${other}`,
        ).toBeLessThan(1e-4);
      }
      expect(losses.at(-1)).not.toBeCloseTo(losses[0] ?? Number.NaN, 2);
    },
    60_000,
  );
});
