import { cutTo } from '../../autograd/training/forwardPass.ts';
import { lossInput } from '../../autograd/training/lossInput.ts';
import { lossNodes, targetType, weightShape } from '../../autograd/training/losses.ts';
import type { FeedTensor, StepTensor } from '../../autograd/training/stepTypes.ts';
import { networkWeights } from '../../core/network/trainableWeights.ts';
import { lower } from '../../autograd/lower/lower.ts';
import type { GraphBuilder } from '../../autograd/graphBuilder.ts';
import type { Network } from '../../core/network/network.ts';
import type { Head } from '../../core/training/settings.ts';

/** The graph that finds losses and outputs of a batch, its weights being inputs. */
export interface EvaluationProgram {
  readonly network: Network;
  /** Examples of one run. */
  readonly batch: number;
  readonly feeds: readonly FeedTensor[];
  /** Initializers of the network that are inputs, under their names. */
  readonly weights: readonly StepTensor[];
  /** Output f32 `[heads]`, as a training step has it. */
  readonly losses: string;
  /** By head: the output that its loss is computed from (logits), and the extent of its last axis. */
  readonly outputs: readonly { readonly name: string; readonly classes: number }[];
}

/**
 * @param weights - initializers that are inputs besides those found by their use.
 * @throws LineageError `network-unsupported`, `data-unfit`.
 */
export function evaluationProgram(
  network: Network,
  heads: readonly Head[],
  batch: number,
  weights: readonly string[] = [],
): EvaluationProgram {
  const ends = heads.map(({ output, loss }) => lossInput(network, output, loss).value);
  const cut = cutTo(network, new Set(ends));
  const found = networkWeights(cut);
  const names = [
    ...weights,
    ...found.statistics,
    ...found.layers.flatMap((layer) => layer.weights.map(({ name }) => name)),
  ];
  const lowered = lower(cut, new Set(names), batch, {
    mode: 'evaluate',
    batchNorm: 'frozen',
    dropout: 'off',
  });
  const { b } = lowered;
  const feeds: FeedTensor[] = cut.inputs.map(({ name }) => ({
    is: 'input',
    input: name,
    ...typed(b, name),
  }));
  const values = ends.map((end) => lowered.outputs.get(end) ?? end);
  const losses = heads.map((head, at) => headLoss(b, head, at, values[at] ?? '', feeds));
  const all = losses.length === 1 ? (losses[0] ?? '') : b.op('Concat', losses, { axis: 0 });
  const built = b.build('evaluation', [], [...new Set([all, ...values])]);
  const read = new Set(built.nodes.flatMap(({ inputs }) => inputs));
  const inputs = {
    feeds: feeds.filter(({ name }) => read.has(name)),
    weights: lowered.weights.filter((name) => read.has(name)).map((name) => typed(b, name)),
  };
  return {
    network: {
      ...built,
      inputs: [...inputs.feeds, ...inputs.weights].map(({ name, dtype, shape }) => ({
        name,
        dtype,
        shape,
      })),
    },
    batch,
    ...inputs,
    losses: all,
    outputs: values.map((name) => ({ name, classes: b.shape(name).at(-1) ?? 1 })),
  };
}

/** Adds a head's loss, and its target and weights to `feeds`; f32 `[1]`. */
function headLoss(
  b: GraphBuilder,
  { loss }: Head,
  head: number,
  output: string,
  feeds: FeedTensor[],
): string {
  const shape = b.shape(output);
  const target = `target::${head}`;
  const weights = `weights::${head}`;
  const type = targetType(loss, shape);
  if (type !== undefined) {
    b.input(target, type.dtype, type.shape);
    feeds.push({ is: 'target', head, ...typed(b, target) });
  }
  b.input(weights, 'f32', weightShape(loss, shape));
  feeds.push({ is: 'weights', head, ...typed(b, weights) });
  return b.op('Reshape', [lossNodes(loss, { b, output, target, weights }).loss, b.ints([1])]);
}

function typed(b: GraphBuilder, name: string): StepTensor {
  return { name, dtype: b.dtype(name), shape: b.shape(name) };
}
