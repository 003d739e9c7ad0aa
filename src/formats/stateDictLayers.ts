import type { Architecture, Layer, LayerEdge, LayerParameter } from '../core/architecture.ts';
import { elementCount } from '../core/dtype.ts';
import type { TensorEntry } from '../core/snapshot.ts';
import { classify, type GroupMember } from './stateDictKinds.ts';

/**
 * The layer graph of a bare state dict: one layer for each group of tensors with a common name before
 * the last dot, in natural order of the names, joined in a chain that is marked as assumed.
 *
 * Deterministic: depends on names, shapes and roles alone. Source: reference §2.3.
 *
 * @param metadata - what the file states of itself.
 */
export function stateDictLayers(
  tensors: readonly TensorEntry[],
  metadata: Readonly<Record<string, string>>,
): Architecture {
  const groups = new Map<string, GroupMember[]>();
  const unusedTensors: number[] = [];
  let parameterCount = 0;
  for (const [index, { name, shape, role }] of tensors.entries()) {
    if (role === 'weight') parameterCount += elementCount(shape);
    if (role !== 'weight' && role !== 'constant') {
      unusedTensors.push(index);
      continue;
    }
    const dot = name.lastIndexOf('.');
    const prefix = name.slice(0, Math.max(dot, 0));
    const group = groups.get(prefix) ?? [];
    groups.set(prefix, group);
    group.push({ index, slot: name.slice(dot + 1), shape });
  }
  const layers: Layer[] = [];
  const names = [...groups.keys()].sort(naturalOrder);
  for (const name of names) {
    const members = groups.get(name) ?? [];
    if (members.some(({ index }) => tensors[index]?.role === 'weight'))
      layers.push(layer(name, members));
    else unusedTensors.push(...members.map(({ index }) => index));
  }
  return {
    layers,
    edges: chain(layers.length),
    assumedEdges: true,
    inputs: [],
    outputs: [],
    opsets: {},
    operators: {},
    parameterCount,
    unusedTensors: unusedTensors.sort((a, b) => a - b),
    metadata,
  };
}

function layer(name: string, members: readonly GroupMember[]): Layer {
  const { kind, attributes, slots } = classify(name, members);
  const parameters: LayerParameter[] = members.map(({ index, slot }) => ({
    slot: slots.get(slot) ?? slot,
    tensor: index,
    transposed: false,
  }));
  return { name: name === '' ? '(top level)' : name, kind, attributes, parameters };
}

function chain(length: number): LayerEdge[] {
  const edges: LayerEdge[] = [];
  for (let index = 0; index <= length; index++)
    edges.push({
      from: index === 0 ? 'IN' : index - 1,
      to: index === length ? 'OUT' : index,
      via: [],
    });
  return edges;
}

/**
 * Orders names part by part, runs of digits by their value: `layer.2` before `layer.10`.
 *
 * A total order: names that differ only in leading zeros go by code unit.
 */
export function naturalOrder(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = partOrder(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length || codeUnitOrder(a, b);
}

function partOrder(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return codeUnitOrder(a, b);
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return left.length - right.length || codeUnitOrder(left, right);
}

function codeUnitOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
