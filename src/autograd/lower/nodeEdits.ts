import type { OpNode } from '../../core/network/network.ts';

/** The node without some attributes. */
export function without(node: OpNode, ...dropped: readonly string[]): OpNode {
  const kept = Object.entries(node.attributes).filter(([name]) => !dropped.includes(name));
  return { ...node, attributes: Object.fromEntries(kept) };
}

/** The node with its inputs set at some places; those between that are missing are left out. */
export function withInputs(node: OpNode, given: Readonly<Record<number, string>>): OpNode {
  const last = Math.max(node.inputs.length - 1, ...Object.keys(given).map(Number));
  const inputs = Array.from({ length: last + 1 }, (_, at) => given[at] ?? node.inputs[at] ?? '');
  return { ...node, inputs };
}
