import { describe, expect, it } from 'vitest';
import { runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import type { Network } from '../../core/network/network.ts';
import type { Optimizer } from '../../core/training/settings.ts';
import { ndArray, type NdArray } from '../evaluate/ndArray.ts';
import { loopStep } from './loopStep.ts';
import type { StepOptions } from './stepTypes.ts';
import {
  feedsOf,
  firstState,
  fixedValues,
  mlp,
  noise,
  plainSettings,
  train,
  type Batch,
} from './trainHost.fixture.ts';
import { trainingStep } from './trainingStep.ts';

const draw = noise(9);
const batches: Batch[] = Array.from({ length: 5 }, () => ({
  inputs: { x: Array.from({ length: 6 * 8 }, draw) },
  targets: [Array.from({ length: 6 }, (_, at) => at % 4)],
}));

/** Runs `count` steps in one run of the loop; the feeds hold all of `batches`. */
async function loop(options: StepOptions, network: Network, count: number) {
  const step = trainingStep(options);
  const program = loopStep(step);
  const each = batches.map((batch, at) =>
    feedsOf(step, program.feeds, batch, 0, step.scalarsOf(at + 1, 0.1 / (at + 1)), at),
  );
  const feeds = program.feeds.map(({ name, dtype, shape }, at): [string, NdArray] => {
    const data = each.flatMap((one) => [...(one[at]?.[1].data ?? [])]);
    return [name, ndArray(dtype, [batches.length, ...shape], data)];
  });
  const outputs = await runOnnxRuntime(
    program.network,
    new Map<string, NdArray>([
      ...feeds,
      ...firstState(step, network),
      ...fixedValues(step, network),
      [program.count, ndArray('i64', [], [count])],
    ]),
  );
  const state = new Map([...program.writes].map(([name, output]) => [name, outputs.get(output)]));
  return { state, losses: outputs.get(program.losses ?? '') };
}

const optimizers: readonly Optimizer[] = [
  { is: 'sgd', momentum: 0.9, nesterov: false },
  { is: 'adamw', b1: 0.9, b2: 0.999, eps: 1e-8 },
];

describe.each(optimizers)('$is in a loop', (optimizer) => {
  it.each([5, 3])('gives for %i steps the bits of so many runs', async (count) => {
    const network = mlp([8, 7, 4]);
    const options: StepOptions = {
      network,
      trainable: ['w0', 'b0', 'w1'],
      heads: [{ output: 'y', loss: { is: 'cross-entropy' }, weight: 1 }],
      settings: { ...plainSettings, optimizer, weightDecay: 0.01, ema: 0.9 },
    };
    const single = await train(trainingStep(options), network, batches.slice(0, count), {
      learningRate: (at) => 0.1 / at,
      run: runOnnxRuntime,
    });
    const looped = await loop(options, network, count);
    expect([...(looped.losses?.data ?? [])]).toEqual(single.losses.flat());
    expect(looped.state.size).toBe(single.state.size);
    for (const [name, value] of single.state)
      expect([...(looped.state.get(name)?.data ?? [])]).toEqual([...value.data]);
  });
});

it('refuses a step of several runs', () => {
  const network = mlp([8, 4]);
  const step = trainingStep({
    network,
    trainable: ['w0'],
    heads: [{ output: 'y', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: { ...plainSettings, microBatch: 3 },
  });
  expect(() => loopStep(step)).toThrow('one run');
});
