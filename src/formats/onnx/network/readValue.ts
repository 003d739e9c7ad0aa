import { LineageError } from '../../../core/lineageError.ts';
import type { ValueInfo } from '../../../core/network/network.ts';
import { dataTypes } from '../dataTypes.ts';
import type { ValueProto } from '../proto/model.ts';

/**
 * An input or output of a graph, under the name it has in the network.
 *
 * @throws LineageError `network-unsupported` for anything but a tensor: a sequence, a map, an optional.
 */
export function readValue({ name: own, types: [type] }: ValueProto, name: string): ValueInfo {
  if (type?.other === true)
    throw new LineageError('network-unsupported', { node: own, reason: 'it is not a tensor' });
  const [tensor] = type?.tensors ?? [];
  if (tensor === undefined) return { name, dtype: 'f32', shape: [], unknown: 'type' };
  const dtype = dataTypes[tensor.elementType];
  const [shape] = tensor.shapes;
  if (dtype === undefined) return { name, dtype: 'f32', shape: [], unknown: 'type' };
  if (shape === undefined) return { name, dtype, shape: [], unknown: 'rank' };
  const extents = shape.extents.map(({ value, name: symbol }) =>
    value !== undefined && value >= 0 ? value : symbol || '?',
  );
  return { name, dtype, shape: extents };
}
