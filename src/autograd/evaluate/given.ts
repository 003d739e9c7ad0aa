import { LineageError } from '../../core/lineageError.ts';
import type { OpNode } from '../../core/network/network.ts';

/** Refuses a node: a form of its operator that is not supported. Never returns. */
export function refuse(node: OpNode, reason: string): never {
  throw new LineageError('network-unsupported', {
    node: node.name === '' ? node.op : `${node.op} (${node.name})`,
    reason,
  });
}

/**
 * The input at `at` of a node that must have it.
 *
 * @throws LineageError `network-unsupported` where it was left out.
 */
export function given<Value>(
  inputs: readonly (Value | undefined)[],
  at: number,
  node: OpNode,
): Value {
  return inputs[at] ?? refuse(node, `input ${at} is missing`);
}
