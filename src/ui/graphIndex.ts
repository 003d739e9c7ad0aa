import type { DatasetRecord } from '../core/data/dataset.ts';
import type { DatasetId, NodeId } from '../core/ids.ts';
import type { Edge, ModelNode } from '../core/lineage/graph.ts';

export function nodesById(nodes: readonly ModelNode[]): ReadonlyMap<NodeId, ModelNode> {
  return new Map(nodes.map((node) => [node.id, node]));
}

export function datasetsById(
  records: readonly DatasetRecord[],
): ReadonlyMap<DatasetId, DatasetRecord> {
  return new Map(records.map((record) => [record.id, record]));
}

/** The edges that touch each node, in order; a node without any is absent. */
export function edgesByNode(edges: readonly Edge[]): ReadonlyMap<NodeId, readonly Edge[]> {
  const byNode = new Map<NodeId, Edge[]>();
  for (const edge of edges)
    for (const id of [edge.from, edge.to]) {
      const list = byNode.get(id);
      if (list === undefined) byNode.set(id, [edge]);
      else list.push(edge);
    }
  return byNode;
}
