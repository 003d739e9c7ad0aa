import type { NodeId, TestId } from '../../core/ids.ts';
import type { Edge, ModelNode } from '../../core/lineage/graph.ts';

/** What the table is ordered by: along the lineage, by name, or by a test's number. */
export type RowOrder =
  | { readonly by: 'lineage' | 'name'; readonly down: boolean }
  | { readonly by: 'test'; readonly test: TestId; readonly down: boolean };

/** Parents before children, each family together: depth first from the roots, by either kind of edge. */
export function lineageOrder(
  nodes: readonly ModelNode[],
  edges: readonly Edge[],
): ReadonlyMap<NodeId, number> {
  const below = new Map<NodeId, NodeId[]>();
  const waiting = new Map<NodeId, number>(nodes.map(({ id }) => [id, 0]));
  for (const { from, to } of edges) {
    const children = below.get(from);
    if (children === undefined) below.set(from, [to]);
    else children.push(to);
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
  }
  const order = new Map<NodeId, number>();
  const open = nodes
    .filter(({ id }) => waiting.get(id) === 0)
    .map(({ id }) => id)
    .reverse();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    order.set(id, order.size);
    for (const child of [...(below.get(id) ?? [])].reverse()) {
      const left = (waiting.get(child) ?? 1) - 1;
      waiting.set(child, left);
      if (left === 0) open.push(child);
    }
  }
  return order;
}

/** Rows in an order. Models without a number come last, whichever way. */
export function sortedRows(
  graph: { readonly nodes: readonly ModelNode[]; readonly edges: readonly Edge[] },
  rows: readonly ModelNode[],
  order: RowOrder,
  valueOf: (node: NodeId, test: TestId) => number | undefined,
): readonly ModelNode[] {
  const sign = order.down ? -1 : 1;
  if (order.by !== 'test') {
    if (order.by === 'name') return [...rows].sort((a, b) => sign * a.name.localeCompare(b.name));
    const at = lineageOrder(graph.nodes, graph.edges);
    return [...rows].sort((a, b) => sign * ((at.get(a.id) ?? 0) - (at.get(b.id) ?? 0)));
  }
  const { test } = order;
  return rows
    .map((node) => ({ node, value: valueOf(node.id, test) ?? NaN }))
    .sort((a, b) => {
      const [one, two] = [Number.isNaN(a.value), Number.isNaN(b.value)];
      return one || two ? Number(one) - Number(two) : sign * (a.value - b.value);
    })
    .map(({ node }) => node);
}

/** The order after a click on a column's head: it, then the other way round, then along the lineage. */
export function nextRowOrder(
  now: RowOrder,
  wanted: { readonly by: 'name' | 'test'; readonly test?: TestId },
): RowOrder {
  const same = now.by === wanted.by && (now.by !== 'test' || now.test === wanted.test);
  const start: RowOrder =
    wanted.test === undefined
      ? { by: 'name', down: false }
      : { by: 'test', test: wanted.test, down: true };
  if (!same) return start;
  return now.down === start.down ? { ...start, down: !start.down } : { by: 'lineage', down: false };
}
