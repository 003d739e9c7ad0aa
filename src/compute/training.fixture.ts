import { randomFrom } from '../core/data/random.ts';
import type { Examples } from '../core/data/examples.ts';
import { literal, numbersOf } from '../core/network/literal.ts';
import type { Literal, Network, OpNode } from '../core/network/network.ts';
import type { TrainSettings } from '../core/training/settings.ts';
import type { Checkpoint, TrainEvent, TrainJob } from '../core/training/trainJob.ts';
import { ComputeService, type ComputeServiceOptions } from './computeService.ts';
import { openWasm } from './runtime/openWasm.ts';
import { referenceRuntime } from './reference/referenceRuntime.ts';

/** Three classes of points around three centres, some of them overlapping. */
export function blobs(count: number, seed: number): Examples {
  const random = randomFrom(seed);
  const x = new Float32Array(count * 2);
  const y = new Int32Array(count);
  for (let at = 0; at < count; at++) {
    const label = at % 3;
    y[at] = label;
    x[2 * at] = Math.cos((label * 2 * Math.PI) / 3) * 2 + random.normal() * 0.7;
    x[2 * at + 1] = Math.sin((label * 2 * Math.PI) / 3) * 2 + random.normal() * 0.7;
  }
  return {
    count,
    columns: [
      { name: 'x', dtype: 'f32', shape: [2], data: x },
      { name: 'y', dtype: 'i32', shape: [], data: y },
    ],
  };
}

const node = (op: string, inputs: string[], output: string): OpNode => ({
  op,
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
});

/** 2 → hidden → 3 with a ReLU between. */
export function perceptron(hidden = 16, seed = 1): Network {
  const random = randomFrom(seed);
  const weight = (shape: number[]) =>
    literal(
      'f32',
      shape,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() * 0.4),
    );
  return {
    name: 'perceptron',
    opsets: { '': 17 },
    inputs: [{ name: 'points', dtype: 'f32', shape: ['batch', 2] }],
    outputs: [{ name: 'logits', dtype: 'f32', shape: ['batch', 3] }],
    initializers: new Map([
      ['w1', weight([2, hidden])],
      ['b1', weight([hidden])],
      ['w2', weight([hidden, 3])],
      ['b2', weight([3])],
    ]),
    nodes: [
      node('Gemm', ['points', 'w1', 'b1'], 'z'),
      node('Relu', ['z'], 'h'),
      node('Gemm', ['h', 'w2', 'b2'], 'logits'),
    ],
  };
}

export const settings: TrainSettings = {
  epochs: 4,
  batchSize: 16,
  microBatch: 16,
  learningRate: 0.05,
  optimizer: { is: 'sgd', momentum: 0.9, nesterov: false },
  schedule: { is: 'constant' },
  warmupSteps: 0,
  weightDecay: 0,
  decayAll: false,
  batchNorm: 'frozen',
  precision: 'f32',
  seed: 7,
  keep: 'last',
  dropout: 'off',
};

/** A job on the blobs; `change` goes over its settings. */
export function blobJob(
  change: Partial<TrainSettings> = {},
  over: Partial<TrainJob> = {},
): TrainJob {
  return {
    id: 'job',
    network: perceptron(),
    trainable: ['w1', 'b1', 'w2', 'b2'],
    heads: [{ output: 'logits', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: { ...settings, ...change },
    data: {
      inputs: { points: 'x' },
      targets: { logits: 'y' },
      classes: { logits: ['a', 'b', 'c'] },
      train: blobs(100, 1),
      validation: blobs(40, 2),
      test: blobs(50, 3),
      augment: [],
      finish: {},
    },
    device: 'wasm',
    checkpointSeconds: 1000,
    ...over,
  };
}

/** Compute in this process, without a GPU. */
export function testCompute(options: Partial<ComputeServiceOptions> = {}): ComputeService {
  return new ComputeService({
    app: 'test',
    wasm: { threads: 1, cores: 2, isolated: false },
    describeAdapter: () => Promise.resolve({ is: 'unusable', reason: 'a test' }),
    openers: { wasm: () => openWasm(1), reference: () => Promise.resolve(referenceRuntime()) },
    ...options,
  });
}

/** Hears and keeps everything of a run. */
export class Heard {
  readonly events: TrainEvent[] = [];
  readonly checkpoints: Checkpoint[] = [];
  readonly onEvent = (event: TrainEvent): void => {
    this.events.push(event);
  };
  readonly onCheckpoint = (checkpoint: Checkpoint): Promise<void> => {
    this.checkpoints.push(checkpoint);
    return Promise.resolve();
  };
}

export const never = new AbortController().signal;

/** All bytes of all tensors, to be compared for equality. */
export function bytesOf(weights: ReadonlyMap<string, Literal>): Record<string, number[]> {
  return Object.fromEntries([...weights].map(([name, { bytes }]) => [name, Array.from(bytes)]));
}

export function numbersIn(weights: ReadonlyMap<string, Literal>): number[] {
  return [...weights.values()].flatMap((tensor) => Array.from(numbersOf(tensor)));
}
