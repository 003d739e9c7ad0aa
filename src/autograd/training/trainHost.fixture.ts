import { elementCount } from '../../core/dtype.ts';
import { literal } from '../../core/network/literal.ts';
import type { Literal, Network, OpNode } from '../../core/network/network.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray, ndArrayOf, type NdArray } from '../evaluate/ndArray.ts';
import { lossFeeds } from './lossFeeds.ts';
import type { FeedTensor, Program, StepSettings, TrainingStep } from './stepTypes.ts';

/** Examples of one optimiser step: inputs by name and targets by head, for all micro-batches together. */
export interface Batch {
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
  readonly targets: readonly ArrayLike<number>[];
  readonly given?: ArrayLike<number>;
}

export type Values = ReadonlyMap<string, NdArray>;
export type Run = (network: Network, feeds: Values) => Values | Promise<Values>;

export interface HostOptions {
  readonly learningRate?: (step: number) => number;
  readonly masks?: ReadonlyMap<string, Literal>;
  readonly run?: Run;
  readonly lossScale?: number;
  /** Gets the `finite` output of each step that has one. */
  readonly found?: number[];
}

/** State before the first step. */
export function firstState(step: TrainingStep, network: Network): Map<string, NdArray> {
  return new Map(
    step.state.map(({ name, of, dtype, shape, initial }) => {
      const tensor = network.initializers.get(of);
      const zeros = ndArray(dtype, shape, new Float64Array(elementCount(shape)));
      return [name, initial === 'zeros' || tensor === undefined ? zeros : ndArrayOf(tensor)];
    }),
  );
}

export function fixedValues(
  step: TrainingStep,
  network: Network,
  masks?: ReadonlyMap<string, Literal>,
): Values {
  return new Map(
    step.fixed.map(({ name, of, role }) => {
      const tensor = (role === 'mask' ? masks : network.initializers)?.get(of);
      if (tensor === undefined) throw new Error(`nothing is ${name}`);
      return [name, ndArrayOf(tensor)];
    }),
  );
}

/** The feeds of micro-batch `part` of a step. */
export function feedsOf(
  step: TrainingStep,
  feeds: readonly FeedTensor[],
  batch: Batch,
  part: number,
  scalars: Readonly<Record<string, number>>,
  seed: number,
): [string, NdArray][] {
  return feeds.map((feed) => {
    if (feed.is === 'scalar') return [feed.name, ndArray('f32', [], [scalars[feed.scalar] ?? NaN])];
    if (feed.is === 'seed') return [feed.name, ndArray('i32', [], [seed])];
    const count = elementCount(feed.shape);
    const all = feed.is === 'input' ? batch.inputs[feed.input] : lossFeedOf(step, feed, batch);
    const cut = Array.from(all ?? []).slice(part * count, (part + 1) * count);
    return [feed.name, ndArray(feed.dtype, feed.shape, cut)];
  });
}

function lossFeedOf(
  step: TrainingStep,
  feed: Extract<FeedTensor, { head: number }>,
  batch: Batch,
): ArrayLike<number> {
  const examples = step.microBatch * (step.run.is === 'single' ? 1 : step.run.microBatches);
  const loss = step.heads[feed.head]?.loss ?? { is: 'mean-squared-error' };
  const made = lossFeeds(loss, batch.targets[feed.head] ?? [], examples, batch.given);
  return feed.is === 'target' ? made.targets : made.weights;
}

/** Runs steps as a host does; gives the state after the last and the losses of each head by step. */
export async function train(
  step: TrainingStep,
  network: Network,
  batches: readonly Batch[],
  { learningRate = () => 0.1, masks, run = evaluate, lossScale, found }: HostOptions = {},
): Promise<{ state: Map<string, NdArray>; losses: number[][] }> {
  const state = firstState(step, network);
  const fixed = fixedValues(step, network, masks);
  const losses: number[][] = [];
  for (const [index, batch] of batches.entries()) {
    const scalars = step.scalarsOf(index + 1, learningRate(index + 1), lossScale);
    const sums = new Array<number>(step.heads.length).fill(0);
    const once = async (program: Program, part: number) => {
      const feeds = feedsOf(step, program.feeds, batch, part, scalars, index);
      const outputs = await run(program.network, new Map([...fixed, ...state, ...feeds]));
      for (const [name, output] of program.writes) {
        const value = outputs.get(output);
        if (value !== undefined) state.set(name, value);
      }
      const finite = outputs.get(program.finite ?? '')?.data[0];
      if (finite !== undefined) found?.push(finite);
      const made = outputs.get(program.losses ?? '')?.data ?? [];
      for (const [head, loss] of made.entries()) sums[head] = (sums[head] ?? 0) + loss;
    };
    if (step.run.is === 'single') await once(step.run.step, 0);
    else {
      const zeros = firstState(step, network);
      for (const { name, role } of step.state)
        if (role === 'gradient') state.set(name, zeros.get(name) ?? ndArray('f32', [], [0]));
      for (let part = 0; part < step.run.microBatches; part++)
        await once(step.run.accumulate, part);
      await once(step.run.apply, 0);
    }
    losses.push(sums);
  }
  return { state, losses };
}

/** Numbers that are the same in each run of a test. */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

/** An inference network of Gemm and Relu: `x [batch, sizes[0]]` → `y [batch, sizes.at(-1)]`. */
export function mlp(sizes: readonly number[], end?: 'Softmax' | 'LogSoftmax' | 'Sigmoid'): Network {
  const draw = noise(1);
  const initializers = new Map<string, Literal>();
  const nodes: OpNode[] = [];
  const layers = sizes.length - 1;
  const last = end === undefined ? 'y' : `z${layers - 1}`;
  for (let layer = 0; layer < layers; layer++) {
    const [into = 1, out = 1] = sizes.slice(layer);
    const width = 1 / Math.sqrt(into);
    const numbers = (count: number) => Float32Array.from({ length: count }, () => draw() * width);
    initializers.set(`w${layer}`, literal('f32', [into, out], numbers(into * out)));
    initializers.set(`b${layer}`, literal('f32', [out], numbers(out)));
    const from = layer === 0 ? 'x' : `h${layer - 1}`;
    const made = layer === layers - 1 ? last : `z${layer}`;
    nodes.push(node('Gemm', [from, `w${layer}`, `b${layer}`], made));
    if (made !== last) nodes.push(node('Relu', [made], `h${layer}`));
  }
  if (end !== undefined) nodes.push(node(end, [last], 'y'));
  return {
    name: 'mlp',
    opsets: { '': 17 },
    inputs: [{ name: 'x', dtype: 'f32', shape: ['batch', sizes[0] ?? 1] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: ['batch', sizes.at(-1) ?? 1] }],
    initializers,
    nodes,
  };
}

export function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: OpNode['attributes'] = {},
): OpNode {
  return { op, name: output, inputs, outputs: [output], attributes };
}

export const plainSettings: StepSettings = {
  batchSize: 6,
  microBatch: 6,
  optimizer: { is: 'sgd', momentum: 0, nesterov: false },
  weightDecay: 0,
  decayAll: false,
  batchNorm: 'batch',
  dropout: 'as-in-network',
  precision: 'f32',
};
