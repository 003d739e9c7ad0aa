import { tensorBytes } from '../../core/dtype.ts';
import type { Network } from '../../core/network/network.ts';
import type { ValueType } from '../known.ts';

/** Operators whose output is their input's bytes in another shape. */
const views = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity']);

/**
 * The largest number of bytes that a network's own values take at once when its nodes run in order and a
 * value is freed after its last reader: activations, gradients and outputs, but no inputs and no
 * initializers. Runtimes may do better (results written over operands) or worse (scratch memory).
 */
export function activationPeak(network: Network, typeOf: (name: string) => ValueType): number {
  const fixed = new Set([
    ...network.inputs.map(({ name }) => name),
    ...network.initializers.keys(),
  ]);
  const freed = lastUses(network);
  const bytesOf = (name: string) => {
    if (name === '' || fixed.has(name)) return 0;
    const { dtype, shape } = typeOf(name);
    return tensorBytes(dtype, shape);
  };
  let live = 0;
  let peak = 0;
  for (const [at, node] of network.nodes.entries()) {
    if (!views.has(node.op)) for (const name of node.outputs) live += bytesOf(name);
    peak = Math.max(peak, live);
    for (const name of freed.get(at) ?? []) live -= bytesOf(name);
  }
  return peak;
}

/** Node index → values with bytes of their own that nothing reads after it. */
function lastUses({ nodes, outputs }: Network): ReadonlyMap<number, readonly string[]> {
  const owner = new Map<string, string>();
  const root = (name: string) => owner.get(name) ?? name;
  const last = new Map<string, number>();
  for (const [at, node] of nodes.entries()) {
    const [first = ''] = node.inputs;
    if (views.has(node.op)) for (const name of node.outputs) owner.set(name, root(first));
    for (const name of [...node.inputs, ...node.outputs]) last.set(root(name), at);
  }
  for (const { name } of outputs) last.delete(root(name));
  const freed = new Map<number, string[]>();
  for (const [name, at] of last) freed.set(at, [...(freed.get(at) ?? []), name]);
  return freed;
}
