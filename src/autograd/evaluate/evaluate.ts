import { LineageError } from '../../core/lineageError.ts';
import type { Network } from '../../core/network/network.ts';
import { kernelOf } from './kernels.ts';
import { ndArrayOf, type NdArray } from './ndArray.ts';

/**
 * Computes a network's outputs in plain TypeScript and float64: slow, and obviously right. What other
 * backends and all gradients are checked against.
 *
 * @param feeds - a value for each input of the network.
 * @throws LineageError `network-unsupported` for an operator without a plain implementation.
 */
export function evaluate(
  network: Network,
  feeds: ReadonlyMap<string, NdArray>,
): ReadonlyMap<string, NdArray> {
  const values = new Map(feeds);
  for (const [name, tensor] of network.initializers) values.set(name, ndArrayOf(tensor));
  for (const node of network.nodes) {
    const kernel = kernelOf(node.op);
    if (kernel === undefined)
      throw new LineageError('network-unsupported', {
        node: node.name === '' ? node.op : node.name,
        reason: `the plain backend has no ${node.op}`,
      });
    const inputs = node.inputs.map((name) => values.get(name));
    const outputs = kernel(inputs, node, network.opsets[''] ?? 17);
    for (const [index, name] of node.outputs.entries()) {
      const value = outputs[index];
      if (name !== '' && value !== undefined) values.set(name, value);
    }
  }
  return new Map(
    network.outputs.map(({ name }) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`nothing computes output ${name}`);
      return [name, value];
    }),
  );
}
