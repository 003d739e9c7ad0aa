import { intOf } from '../attributes.ts';
import type { Network, OpNode } from '../network.ts';

/** A matrix of weights in the place where one operator reads it. */
export interface MatrixUse {
  readonly weight: string;
  readonly node: OpNode;
  /** Axis of the operator's outputs (units, channels) in the weight. */
  readonly outputAxis: number;
}

/**
 * Linear layers and convolutions that read an initializer directly: Gemm, MatMul, Conv, ConvTranspose
 * without groups. In the order of computation; a weight that is read twice comes twice.
 */
export function matrixUses(network: Network): readonly MatrixUse[] {
  return network.nodes.flatMap((node) => {
    const weight = node.inputs[1];
    const shape = weight === undefined ? undefined : network.initializers.get(weight)?.shape;
    const outputAxis = shape && outputAxisOf(node, shape.length);
    return weight === undefined || outputAxis === undefined ? [] : [{ weight, node, outputAxis }];
  });
}

function outputAxisOf(node: OpNode, rank: number): number | undefined {
  switch (node.op) {
    case 'Gemm':
      return intOf(node, 'transB', 0) === 1 ? 0 : 1;
    case 'MatMul':
      return rank >= 2 ? rank - 1 : undefined;
    case 'Conv':
      return 0;
    case 'ConvTranspose':
      return intOf(node, 'group', 1) === 1 ? 1 : undefined;
    default:
      return undefined;
  }
}
