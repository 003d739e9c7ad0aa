import { describe, expect, it } from 'vitest';
import { runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { elementCount } from '../../core/dtype.ts';
import { bagOfEmbeddings } from '../../core/models/bagOfEmbeddings.ts';
import { cnn1d } from '../../core/models/cnn1d.ts';
import { depthwiseCnn } from '../../core/models/depthwiseCnn.ts';
import { gruAudio } from '../../core/models/gruAudio.ts';
import { lenet } from '../../core/models/lenet.ts';
import { lstmAudio } from '../../core/models/lstmAudio.ts';
import { resnet20 } from '../../core/models/resnet20.ts';
import { transformerEncoder } from '../../core/models/transformerEncoder.ts';
import type { Network } from '../../core/network/network.ts';
import { networkWeights, trainableWeights } from '../../core/network/trainableWeights.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray, type NdArray } from '../evaluate/ndArray.ts';
import { webGpuOperators } from '../webGpuOperators.fixture.ts';
import {
  feedsOf,
  firstState,
  fixedValues,
  noise,
  plainSettings,
  train,
  type Batch,
} from './trainHost.fixture.ts';
import type { TrainingStep } from './stepTypes.ts';
import { trainingStep } from './trainingStep.ts';

const models: readonly (readonly [string, Network])[] = [
  ['LeNet', lenet({ size: 8, classes: 4, seed: 1 })],
  ['ResNet', resnet20({ channels: 2, size: 6, widths: [3, 4, 5], blocks: 1, classes: 4, seed: 1 })],
  ['depthwise CNN', depthwiseCnn({ channels: 1, size: 8, width: 4, classes: 4, seed: 1 })],
  ['CNN over a wave', cnn1d({ samples: 512, width: 4, classes: 4, seed: 1 })],
  ['GRU', gruAudio({ mels: 5, frames: 4, hidden: 3, classes: 4, seed: 1 })],
  ['LSTM', lstmAudio({ mels: 5, frames: 4, hidden: 3, classes: 4, seed: 1 })],
  [
    'transformer',
    transformerEncoder({
      vocabulary: 12,
      length: 5,
      width: 8,
      heads: 2,
      layers: 2,
      classes: 4,
      seed: 1,
    }),
  ],
  [
    'bag of embeddings',
    bagOfEmbeddings({ vocabulary: 12, length: 5, width: 6, hidden: 5, classes: 4, seed: 1 }),
  ],
];

const examples = 4;

function stepOf(network: Network, batchNorm: 'batch' | 'frozen' = 'batch'): TrainingStep {
  return trainingStep({
    network,
    trainable: trainableWeights(network),
    heads: [{ output: network.outputs[0]?.name ?? '', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: { ...plainSettings, batchSize: examples, microBatch: examples, batchNorm },
  });
}

function batchFor(network: Network, seed: number): Batch {
  const draw = noise(seed);
  const inputs = network.inputs.map(({ name, dtype, shape }) => {
    const count = elementCount(
      shape.map((extent) => (extent === 'batch' ? examples : Number(extent))),
    );
    const number = () => (dtype === 'i32' ? Math.floor(Math.abs(draw()) * 11) : draw());
    return [name, Array.from({ length: count }, number)] as const;
  });
  return { inputs: Object.fromEntries(inputs), targets: [[0, 1, 2, 3]] };
}

/** The loss with one element of one weight moved. */
function lossAt(
  step: TrainingStep,
  network: Network,
  batch: Batch,
  weight: string,
  at: number,
  by: number,
) {
  if (step.run.is !== 'single') throw new Error('expected one program');
  const program = step.run.step;
  const state = firstState(step, network);
  const value = state.get(weight) ?? ndArray('f32', [0], []);
  const moved: NdArray = { ...value, data: value.data.with(at, (value.data[at] ?? 0) + by) };
  const outputs = evaluate(
    program.network,
    new Map([
      ...fixedValues(step, network),
      ...state,
      [weight, moved] as const,
      ...feedsOf(step, program.feeds, batch, 0, step.scalarsOf(1, 1), 1),
    ]),
  );
  return outputs.get(program.losses ?? '')?.data[0] ?? NaN;
}

describe.each(models)('%s', (_, network) => {
  it('has the gradients of finite differences', async () => {
    const step = stepOf(network);
    const batch = batchFor(network, 3);
    // At rate 1 a plain step takes the gradient off the weight.
    const { state } = await train(step, network, [batch], { learningRate: () => 1 });
    const before = firstState(step, network);
    const draw = noise(11);
    for (const { name, shape } of step.state.filter(({ role }) => role === 'weight')) {
      const at = Math.floor(Math.abs(draw()) * elementCount(shape));
      const gradient = (before.get(name)?.data[at] ?? 0) - (state.get(name)?.data[at] ?? NaN);
      const moved = (by: number) => lossAt(step, network, batch, name, at, by);
      const slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
      expect(Math.abs(gradient - slope), `${name}[${at}]`).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(slope)),
      );
    }
  });

  it('runs on ONNX Runtime with the same losses and weights', async () => {
    const step = stepOf(network);
    const data = [batchFor(network, 3), batchFor(network, 4), batchFor(network, 5)];
    const ours = await train(step, network, data);
    const theirs = await train(step, network, data, { run: runOnnxRuntime });
    for (const [at, losses] of ours.losses.entries())
      expect(theirs.losses[at]?.[0]).toBeCloseTo(losses[0] ?? NaN, 4);
    for (const [name, { data: values }] of ours.state)
      for (const [at, value] of values.entries())
        expect(Math.abs((theirs.state.get(name)?.data[at] ?? NaN) - value), name).toBeLessThan(
          1e-3 * Math.max(1, Math.abs(value)),
        );
  });

  it('consists of operators that run on WebGPU', () => {
    const step = stepOf(network);
    const { nodes = [] } = step.run.is === 'single' ? step.run.step.network : {};
    const off = nodes.filter(({ op }) => !webGpuOperators.has(op)).map(({ op }) => op);
    expect(off).toEqual([]);
  });

  it('updates running statistics only where it uses the batch’s', () => {
    const { statistics } = networkWeights(network);
    const changing = stepOf(network).state.filter(({ role }) => role === 'statistic');
    expect(changing.map(({ name }) => name)).toEqual(statistics);
    const frozen = stepOf(network, 'frozen');
    expect(frozen.state.filter(({ role }) => role === 'statistic')).toEqual([]);
    for (const name of statistics) expect(frozen.fixed.map(({ of }) => of)).toContain(name);
  });
});
