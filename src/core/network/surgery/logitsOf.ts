import type { Network } from '../network.ts';

/**
 * The network without what turns logits into probabilities at the given outputs, for losses that take
 * logits: a last Softmax or Sigmoid is left out, and the output keeps its name. Weights stay.
 *
 * LogSoftmax stays: softmax of it gives the same probabilities.
 */
export function logitsOf(network: Network, outputs: readonly string[]): Network {
  return outputs.reduce(withoutLast, network);
}

function withoutLast(network: Network, output: string): Network {
  const last = network.nodes.find((node) => node.outputs[0] === output);
  const [logits] = last?.inputs ?? [];
  if (last === undefined || logits === undefined || !['Softmax', 'Sigmoid'].includes(last.op))
    return network;
  // Only where nothing else reads the probabilities, and the logits are made by a node.
  const readElsewhere = network.nodes.some((node) => node.inputs.includes(output));
  const maker = network.nodes.some((node) => node.outputs.includes(logits));
  const isOutput = network.outputs.some(({ name }) => name === logits);
  if (readElsewhere || !maker || isOutput) return network;
  const rename = (name: string): string => (name === logits ? output : name);
  return {
    ...network,
    nodes: network.nodes
      .filter((node) => node !== last)
      .map((node) => ({
        ...node,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
  };
}
