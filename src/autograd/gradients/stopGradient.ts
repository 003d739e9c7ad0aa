import type { OpNode } from '../../core/network/network.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

const stopName = 'stop gradient';

/** The value as a constant to the gradient: an Identity whose name says so. */
export function stopGradient(b: GraphBuilder, value: string): string {
  let output = `${value}_stopped`;
  while (b.has(output)) output += '_';
  // The runtime wants each node's name only once.
  b.add({
    op: 'Identity',
    name: `${stopName} ${output}`,
    inputs: [value],
    outputs: [output],
    attributes: {},
  });
  return output;
}

/** Whether no gradient goes through a node, by its name. */
export function stopsGradient(node: OpNode): boolean {
  return node.name.startsWith(stopName);
}
