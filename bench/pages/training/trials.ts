import type { Column } from '../../../src/core/data/examples.ts';
import { randomFrom } from '../../../src/core/data/random.ts';
import { elementCount } from '../../../src/core/dtype.ts';
import { gruAudio } from '../../../src/core/models/gruAudio.ts';
import { lenet } from '../../../src/core/models/lenet.ts';
import { mlp } from '../../../src/core/models/mlp.ts';
import { transformerEncoder } from '../../../src/core/models/transformerEncoder.ts';
import type { Network } from '../../../src/core/network/network.ts';
import { trainableWeights } from '../../../src/core/network/trainableWeights.ts';
import type { Optimizer } from '../../../src/core/training/settings.ts';
import type { TrainJob } from '../../../src/core/training/trainJob.ts';

const adam = { is: 'adam', b1: 0.9, b2: 0.999, eps: 1e-8 } as const;
const sgd = { is: 'sgd', momentum: 0, nesterov: false } as const;

export const optimizers = { SGD: sgd, momentum: { ...sgd, momentum: 0.9 }, Adam: adam } as const;
export type OptimizerName = keyof typeof optimizers;

export const models = {
  MLP: () => mlp({ inputs: 784, hidden: [512, 512], classes: 10, seed: 1 }),
  'wide MLP': () => mlp({ inputs: 784, hidden: [2048, 2048], classes: 10, seed: 1 }),
  'tiny MLP': () => mlp({ inputs: 8, hidden: [4], classes: 2, seed: 1 }),
  LeNet: () => lenet({ seed: 1 }),
  transformer: () => transformerEncoder({ length: 64, width: 128, heads: 4, layers: 2, seed: 1 }),
  GRU: () => gruAudio({ seed: 1 }),
} as const;
export type ModelName = keyof typeof models;

/** A model to time: plain data, so that it can be sent to a worker. */
export interface Trial {
  readonly model: ModelName;
  readonly optimizer: OptimizerName;
  readonly batchSize: number;
}

export const learningRate = (trial: Trial): number => (trial.optimizer === 'Adam' ? 1e-3 : 0.01);

/** Different batches; after them the first comes again. */
const batches = 32;

/** The job of a trial on made-up numbers, each class a little apart from the others. */
export function jobOf({ model, optimizer, batchSize }: Trial): TrainJob {
  return jobWith(models[model](), {
    optimizer: optimizers[optimizer],
    learningRate: learningRate({ model, optimizer, batchSize }),
    batchSize,
  });
}

interface Choices {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly batchSize: number;
}

function jobWith(
  network: Network,
  { optimizer, learningRate: rate, batchSize }: Choices,
): TrainJob {
  const count = batches * batchSize;
  const [input = { name: '', dtype: 'f32', shape: [] }] = network.inputs;
  const classes = Number(network.outputs[0]?.shape.at(-1));
  const labels = Int32Array.from({ length: count }, (_, at) => at % classes);
  const none = { count: 0, columns: [] };
  return {
    id: 'bench',
    network,
    trainable: trainableWeights(network),
    heads: [{ output: 'logits', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: {
      epochs: 1000,
      batchSize,
      microBatch: batchSize,
      learningRate: rate,
      optimizer,
      schedule: { is: 'constant' },
      warmupSteps: 0,
      weightDecay: 0,
      decayAll: false,
      batchNorm: 'batch',
      precision: 'f32',
      seed: 1,
      keep: 'last',
      dropout: 'off',
    },
    data: {
      inputs: { [input.name]: 'x' },
      targets: { logits: 'y' },
      classes: {},
      train: {
        count,
        columns: [
          inputColumn(input.dtype === 'i32', input.shape.slice(1).map(Number), labels),
          { name: 'y', dtype: 'i32', shape: [], data: labels },
        ],
      },
      validation: none,
      test: none,
      augment: [],
      finish: {},
    },
    device: 'wasm',
    checkpointSeconds: 1e9,
  };
}

function inputColumn(words: boolean, shape: readonly number[], labels: Int32Array): Column {
  const random = randomFrom(3);
  const size = elementCount(shape);
  const length = { length: labels.length * size };
  const of = (at: number) => labels[Math.floor(at / size)] ?? 0;
  return words
    ? {
        name: 'x',
        dtype: 'i32',
        shape,
        data: Int32Array.from(length, (_, at) => 1 + random.below(4000) + of(at)),
      }
    : {
        name: 'x',
        dtype: 'f32',
        shape,
        data: Float32Array.from(length, (_, at) => random.uniform() + 0.05 * of(at)),
      };
}
