import { intOf } from '../../core/network/attributes.ts';
import type { Network, OpNode } from '../../core/network/network.ts';
import { sigmoidBehind } from '../../core/network/sigmoidBehind.ts';
import type { Loss } from '../../core/training/settings.ts';

/** The value of a network that a loss is computed from. */
export interface LossInput {
  readonly value: string;
  /** Activations at the network's end that training leaves out, as the loss has them in it. */
  readonly without: readonly string[];
}

/**
 * What to train for an output: the output itself, or for a loss on logits what goes into the Softmax,
 * LogSoftmax or Sigmoid that makes it. (A softmax of a softmax would learn, slowly and badly.) Between a
 * sigmoid and the output of a yes-or-no head the shape may change: the value then has the sigmoid's.
 */
export function lossInput(network: Network, output: string, loss: Loss): LossInput {
  if (loss.is === 'binary-cross-entropy') {
    const found = sigmoidBehind(network, output);
    return found?.direct === true
      ? { value: found.input, without: ['Sigmoid'] }
      : { value: output, without: [] };
  }
  const node = network.nodes.find((each) => each.outputs[0] === output);
  const [before] = node?.inputs ?? [];
  if (node === undefined || before === undefined || !hasInside(loss, node, network))
    return { value: output, without: [] };
  const inner = lossInput(network, before, loss);
  return node.op === 'Identity' && inner.without.length === 0
    ? { value: output, without: [] }
    : {
        value: inner.value,
        without: [...(node.op === 'Identity' ? [] : [node.op]), ...inner.without],
      };
}

function hasInside(loss: Loss, node: OpNode, network: Network): boolean {
  if (node.op === 'Identity') return true;
  if (loss.is !== 'cross-entropy' && loss.is !== 'distillation') return false;
  // The largest of some sigmoids is that of what goes into them.
  if (node.op === 'Sigmoid') return loss.is === 'cross-entropy';
  if (node.op !== 'Softmax' && node.op !== 'LogSoftmax') return false;
  const axis = intOf(node, 'axis', (network.opsets[''] ?? 17) < 13 ? 1 : -1);
  // Other axes than the last: what a positive axis means depends on the rank, known only for outputs.
  const rank = network.outputs.find(({ name }) => name === node.outputs[0])?.shape.length;
  return axis === -1 || axis + 1 === rank;
}
