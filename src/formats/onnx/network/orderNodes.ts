import { LineageError } from '../../../core/lineageError.ts';
import type { Network, OpNode } from '../../../core/network/network.ts';

/**
 * Nodes so that each comes after those whose values it or its subgraphs read. The given order is kept
 * where it is one; linear, without recursion but for subgraphs.
 *
 * @throws LineageError `network-unsupported` for a cycle.
 */
export function orderNodes(nodes: readonly OpNode[]): readonly OpNode[] {
  const producer = new Map<string, number>();
  for (const [index, { outputs }] of nodes.entries())
    for (const name of outputs) if (name !== '') producer.set(name, index);
  const reads = nodes.map((node) => [
    ...new Set(readNames(node).flatMap((name) => producer.get(name) ?? [])),
  ]);
  if (reads.every((sources, index) => sources.every((from) => from < index))) return nodes;

  const { order, waitsFor } = sorted(reads);
  const stuck = nodes[waitsFor.findIndex((left) => left > 0)];
  if (stuck !== undefined)
    throw new LineageError('network-unsupported', {
      node: stuck.name || stuck.op,
      reason: 'it waits for its own output',
    });
  return order.map((index) => nodes[index] as OpNode);
}

/** Kahn's algorithm; what waits for something at the end is on a cycle or behind one. */
function sorted(reads: readonly (readonly number[])[]) {
  const waitsFor = reads.map((sources) => sources.length);
  const readers: number[][] = reads.map(() => []);
  for (const [index, sources] of reads.entries())
    for (const from of sources) readers[from]?.push(index);
  const order = reads.flatMap((sources, index) => (sources.length === 0 ? [index] : []));
  // `order` grows while it is walked.
  for (const index of order)
    for (const reader of readers[index] ?? []) {
      const left = (waitsFor[reader] ?? 0) - 1;
      waitsFor[reader] = left;
      if (left === 0) order.push(reader);
    }
  return { order, waitsFor };
}

/** Names a node reads; those of its subgraphs' own values are never another node's. */
function readNames(node: OpNode): readonly string[] {
  const inner = Object.values(node.attributes).flatMap((attribute) =>
    attribute.is === 'graph' ? namesIn(attribute.value) : [],
  );
  return [...node.inputs, ...inner];
}

function namesIn({ nodes, outputs }: Network): readonly string[] {
  return [...nodes.flatMap(readNames), ...outputs.map(({ name }) => name)];
}
