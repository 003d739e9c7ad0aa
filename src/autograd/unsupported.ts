import { LineageError } from '../core/lineageError.ts';
import type { OpNode } from '../core/network/network.ts';

/** The error for a node that cannot be computed or differentiated here, naming it. */
export function unsupported(node: OpNode, reason: string): LineageError<'network-unsupported'> {
  return new LineageError('network-unsupported', {
    node: node.name === '' ? node.op : `${node.op} (${node.name})`,
    reason,
  });
}

/** Refuses a form of an operator. @throws LineageError `network-unsupported`, naming the node. */
export function refuse(node: OpNode, reason: string): never {
  throw unsupported(node, reason);
}
