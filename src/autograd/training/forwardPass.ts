import { LineageError } from '../../core/lineageError.ts';
import type { Network, OpNode } from '../../core/network/network.ts';
import type { Head } from '../../core/training/settings.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { gradients } from '../gradients/gradients.ts';
import { lower } from '../lower/lower.ts';
import { lossInput } from './lossInput.ts';
import { lossNodes, targetType, weightShape } from './losses.ts';
import type { FeedTensor, StepOptions } from './stepTypes.ts';
import { inputOf, withNarrowInputs } from './narrowInputs.ts';
import { refuseUnknownOperators } from './unknownOperators.ts';
import { networkWeights } from '../../core/network/trainableWeights.ts';

/** Forward pass, losses and backward pass of one micro-batch, in a builder. */
export interface ForwardPass {
  readonly b: GraphBuilder;
  /** Initializer → gradient of the weighted sum of the losses; only those that it depends on. */
  readonly gradients: ReadonlyMap<string, string>;
  /** f32 `[heads]`. */
  readonly losses: string;
  /** Running statistic → its next value. */
  readonly statistics: ReadonlyMap<string, string>;
  /** Everything but the optimiser's scalars. */
  readonly feeds: readonly FeedTensor[];
  /** Initializers that are inputs, trained or not. */
  readonly weights: readonly string[];
  readonly without: readonly (readonly string[])[];
  /** Nodes that may be computed in half precision: none but for `f16`. */
  readonly halves: ReadonlySet<OpNode>;
}

/**
 * @throws LineageError `operator-not-differentiable`, `network-unsupported`, `data-unfit`.
 */
export function forwardPass(options: StepOptions): ForwardPass {
  const { network, settings, trainable, heads } = options;
  const ends = heads.map(({ output, loss }) => lossInput(network, output, loss));
  const cut = withNarrowInputs(cutTo(network, new Set(ends.map(({ value }) => value))));
  refuseUnknownOperators(cut);
  const found = networkWeights(cut);
  const inputs = [...trainable, ...found.statistics, ...found.layers.flatMap(namesOf)];
  const { b, weights, outputs, updates, seedInput } = lower(
    cut,
    new Set(inputs),
    settings.microBatch,
    { mode: 'train', batchNorm: settings.batchNorm, dropout: settings.dropout },
    options.extents,
  );
  const feeds: FeedTensor[] = cut.inputs.map(({ name }) => ({
    is: 'input',
    input: inputOf(name),
    name,
    ...typeOf(b, name),
  }));
  if (seedInput !== undefined) feeds.push({ is: 'seed', name: seedInput, dtype: 'i32', shape: [] });
  const forward = b.nodes.length;
  const seeds = new Map<string, string>();
  const losses = heads.map((head, index) => {
    const output = outputs.get(ends[index]?.value ?? '') ?? '';
    const made = headNodes(b, head, index, output, feeds);
    const there = seeds.get(output);
    seeds.set(output, there === undefined ? made.gradient : b.op('Add', [there, made.gradient]));
    return b.op('Reshape', [made.loss, b.ints([1])]);
  });
  const all = losses.length === 1 ? (losses[0] ?? '') : b.op('Concat', losses, { axis: 0 });
  return {
    b,
    feeds,
    weights,
    losses: all,
    ...backwardPass(b, options, seeds, forward, feeds),
    statistics: updates,
    without: ends.map(({ without }) => without),
  };
}

/** In half precision small gradients would become 0: they are scaled on their way, and back at its end. */
function backwardPass(
  b: GraphBuilder,
  { settings, trainable }: StepOptions,
  seeds: ReadonlyMap<string, string>,
  forward: number,
  feeds: FeedTensor[],
): Pick<ForwardPass, 'gradients' | 'halves'> {
  const wanted = new Set(trainable);
  if (settings.precision === 'f32')
    return { gradients: gradients(b, seeds, wanted), halves: new Set() };
  const [scale = '', unscale = ''] = lossScaleScalars.map((scalar) => {
    const name = b.input(`scalar::${scalar}`, 'f32', []);
    feeds.push({ is: 'scalar', scalar, name, dtype: 'f32', shape: [] });
    return name;
  });
  const scaled = new Map([...seeds].map(([at, seed]) => [at, b.op('Mul', [seed, scale])]));
  const begin = b.nodes.length;
  const made = gradients(b, scaled, wanted);
  const halves = new Set([...b.nodes.slice(0, forward), ...b.nodes.slice(begin)]);
  return {
    halves,
    gradients: new Map([...made].map(([name, each]) => [name, b.op('Mul', [each, unscale])])),
  };
}

/** Scalars that half precision adds: what the loss is multiplied with, and one by it. */
export const lossScaleScalars = ['lossScale', 'lossUnscale'] as const;

function namesOf({ weights }: { readonly weights: readonly { readonly name: string }[] }) {
  return weights.map(({ name }) => name);
}

function typeOf(b: GraphBuilder, name: string) {
  return { dtype: b.dtype(name), shape: b.shape(name) };
}

/** The part of a network that computes `values`, with these as its outputs. */
export function cutTo(network: Network, values: ReadonlySet<string>): Network {
  const needed = new Set(values);
  const nodes = network.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    for (const name of node.inputs) needed.add(name);
    return true;
  });
  return {
    ...network,
    inputs: network.inputs.filter(({ name }) => needed.has(name)),
    outputs: [...values].map((name) => ({ name, dtype: 'f32', shape: [] })),
    initializers: new Map([...network.initializers].filter(([name]) => needed.has(name))),
    nodes: nodes.reverse(),
  };
}

/** Loss and derivative of a head; adds its target and weights to `feeds`. */
function headNodes(
  b: GraphBuilder,
  { loss, weight, output: outputName }: Head,
  head: number,
  output: string,
  feeds: FeedTensor[],
) {
  if (!b.has(output) || b.dtype(output) !== 'f32')
    throw new LineageError('network-unsupported', {
      node: outputName,
      reason: b.has(output)
        ? `a loss needs f32 numbers, and this output is ${b.dtype(output)}`
        : 'the network has no such output',
    });
  const shape = b.shape(output);
  const type = targetType(loss, shape);
  const target = `target::${head}`;
  const weights = `weights::${head}`;
  if (type !== undefined) {
    b.input(target, type.dtype, type.shape);
    feeds.push({ is: 'target', head, name: target, ...type });
  }
  b.input(weights, 'f32', weightShape(loss, shape));
  feeds.push({ is: 'weights', head, name: weights, ...typeOf(b, weights) });
  const made = lossNodes(loss, { b, output, target, weights });
  if (weight === 1) return made;
  return { loss: made.loss, gradient: b.op('Mul', [made.gradient, b.scalar(weight)]) };
}
