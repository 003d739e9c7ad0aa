import type { FoundTensor } from '../tensors/place.ts';
import type { FlatGraph, FlatModel, FlatOp } from './flatGraph.ts';
import { absent } from './flatGraph.ts';
import { constantChain, isStandard } from './operators.ts';

/** Where a constant value comes from. */
export interface Origin {
  /** The tensor it is, perhaps after a change of form; `absent` for a small unnamed constant. */
  readonly tensor: number;
  /** The value's shape, or the tensor's where a reshape hides it. */
  readonly shape: readonly number[];
  /** Whether its last two axes are the tensor's exchanged. */
  readonly transposed: boolean;
  /** Scale and zero point, where the value was dequantised. */
  readonly quantiser: readonly number[];
}

/** Constant value → its origin: initializers, Constant nodes, and chains of operators on them. */
export type Origins = ReadonlyMap<number, Origin>;

/**
 * The origins of all constants of a model's graphs, subgraphs included.
 *
 * Source: reference §2.2, `constantOrigin`.
 */
export function constantOrigins(
  { graph, constants }: FlatModel,
  tensors: readonly FoundTensor[],
): Origins {
  const origins = new Map<number, Origin>();
  for (const [value, tensor] of constants) {
    const shape = tensors[tensor]?.shape ?? [];
    origins.set(value, { tensor, shape, transposed: false, quantiser: [] });
  }
  follow(graph, origins);
  return origins;
}

function follow(graph: FlatGraph, origins: Map<number, Origin>): void {
  for (const op of graph.ops) {
    for (const body of op.bodies) follow(body.graph, origins);
    const [output] = op.outputs;
    const origin = originAfter(op, origins);
    if (origin !== undefined && output !== undefined) origins.set(output, origin);
  }
}

function originAfter(op: FlatOp, origins: Origins): Origin | undefined {
  if (!isStandard(op) || !constantChain.has(op.type)) return undefined;
  const [data, ...others] = op.inputs.map((value) => origins.get(value));
  const given = op.inputs.slice(1);
  if (data === undefined || others.some((each, i) => each === undefined && given[i] !== absent))
    return undefined;
  if (op.type === 'Transpose') return transposed(data, op.attributes.get('perm')?.ints?.first);
  if (op.type === 'DequantizeLinear')
    return { ...data, quantiser: others.map((each) => each?.tensor ?? absent) };
  return data;
}

function transposed(data: Origin, perm: readonly number[] | undefined): Origin {
  const rank = data.shape.length;
  const order = perm ?? data.shape.map((_, axis) => rank - 1 - axis);
  const shape = order.map((axis) => data.shape[axis] ?? 1);
  const exchanged = order.at(-1) === rank - 2 && order.at(-2) === rank - 1;
  return { ...data, shape, transposed: exchanged !== data.transposed };
}
