import { intOf, textOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { refuse } from '../unsupported.ts';

/** A move of elements as a Reshape, a Transpose and a Reshape. */
export interface BlockMove {
  readonly split: readonly number[];
  readonly order: readonly number[];
  readonly joined: readonly number[];
}

/**
 * DepthToSpace (modes DCR and CRD) or SpaceToDepth as such a move.
 *
 * @throws LineageError `network-unsupported`. Source: ONNX operators DepthToSpace, SpaceToDepth.
 */
export function blockMove(node: OpNode, shape: readonly number[]): BlockMove {
  const [batch = 0, channels = 0, height = 0, width = 0] = shape;
  const size = intOf(node, 'blocksize', 0);
  const deep = node.op === 'SpaceToDepth';
  const fits = deep ? height % size === 0 && width % size === 0 : channels % (size * size) === 0;
  if (shape.length !== 4 || size < 1 || !fits)
    refuse(node, `blocks of ${size} in data [${shape.join(', ')}]`);
  if (deep)
    return {
      split: [batch, channels, height / size, size, width / size, size],
      order: [0, 3, 5, 1, 2, 4],
      joined: [batch, channels * size * size, height / size, width / size],
    };
  const left = channels / (size * size);
  const joined = [batch, left, height * size, width * size];
  return textOf(node, 'mode', 'DCR') === 'DCR'
    ? { split: [batch, size, size, left, height, width], order: [0, 3, 4, 1, 5, 2], joined }
    : { split: [batch, left, size, size, height, width], order: [0, 1, 4, 2, 5, 3], joined };
}
