import { LineageError } from '../../core/lineageError.ts';
import type { Network, OpNode } from '../../core/network/network.ts';
import { kernelOf } from '../evaluate/kernels.ts';
import { loweringOf } from '../lower/lowerings.ts';
import { shapeRuleOf } from '../shapes/shapeRules.ts';

/**
 * Refuses a network with operators of which nothing is known: of another domain, or whose outputs have
 * shapes that depend on their numbers. Without a shape nothing after them can be differentiated either,
 * so there is nothing left to train; where a loss does not depend on them, the network was cut before.
 *
 * @throws LineageError `operator-not-differentiable` naming each of them.
 */
export function refuseUnknownOperators({ nodes }: Network): void {
  const unknown = nodes.filter(({ op }) => !isKnown(op));
  if (unknown.length === 0) return;
  throw new LineageError('operator-not-differentiable', {
    operators: unknown.map(({ op, name }: OpNode) => ({
      op,
      node: name,
      why: 'it is not known here, and so neither is the shape of what it makes',
    })),
    trainable: [],
  });
}

function isKnown(op: string): boolean {
  return [loweringOf, shapeRuleOf, kernelOf].some((find) => find(op) !== undefined);
}
