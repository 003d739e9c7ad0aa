import type { NodeId } from '../ids.ts';
import { nodeOf } from './editLineage.ts';
import type { EdgeKind, ModelNode } from './graph.ts';
import type { Lineage } from './lineage.ts';
import { earlier, EarliestFirst } from './walkOrder.ts';

/** Which edges a walk follows, and which way. */
export interface Direction {
  readonly kinds: readonly EdgeKind[];
  /** `down`: from parents to children, from old to new. */
  readonly direction: 'down' | 'up';
}

export interface Walk extends Direction {
  /** A set: its order does not matter. */
  readonly start: readonly NodeId[];
  /** `depth-first` gives a node before what it leads to; `topological` after all that lead to it. */
  readonly order: 'breadth-first' | 'depth-first' | 'topological';
  /** Not given, but walked through. */
  readonly skip?: (node: ModelNode) => boolean;
  /** Neither given nor walked through. */
  readonly stop?: (node: ModelNode) => boolean;
}

/**
 * Walks the lineage: each node that is reached is given once, however many paths lead to it. Always in
 * the same order for the same graph: what the order leaves open goes by creation time, then id. `stop` is
 * asked once for each node that is reached, `skip` once for each that is not stopped at.
 *
 * @throws LineageError `node-missing` for a start that is not there.
 */
export function* walk(lineage: Lineage, order: Walk): Generator<NodeId, void, undefined> {
  const skip = order.skip ?? (() => false);
  const reached =
    order.order === 'topological' ? topological(lineage, order) : searched(lineage, order);
  for (const node of reached) if (!skip(node)) yield node.id;
}

/** A node's neighbours by the edges of a walk, each once, in the order they were created. */
export function neighbours(
  lineage: Lineage,
  node: NodeId,
  { kinds, direction }: Direction,
): ModelNode[] {
  const down = direction === 'down';
  const found = new Set<NodeId>();
  for (const edge of (down ? lineage.outgoing : lineage.incoming).get(node) ?? [])
    if (kinds.includes(edge.kind)) found.add(down ? edge.to : edge.from);
  return ordered(lineage, found);
}

function ordered(lineage: Lineage, ids: ReadonlySet<NodeId>): ModelNode[] {
  const nodes: ModelNode[] = [];
  for (const id of ids) nodes.push(nodeOf(lineage, id));
  return nodes.length < 2 ? nodes : nodes.sort(earlier);
}

/** Breadth or depth first: the same but for which end of the frontier is next. */
function* searched(lineage: Lineage, order: Walk): Generator<ModelNode, void, undefined> {
  const deep = order.order === 'depth-first';
  const stop = order.stop ?? (() => false);
  const seen = new Set<NodeId>();
  const frontier = ordered(lineage, new Set(order.start));
  if (deep) frontier.reverse();
  let first = 0;
  while (first < frontier.length) {
    const node = (deep ? frontier.pop() : frontier[first++]) as ModelNode;
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    if (stop(node)) continue;
    yield node;
    const next = neighbours(lineage, node.id, order).filter(({ id }) => !seen.has(id));
    if (deep) next.reverse();
    for (const one of next) frontier.push(one);
  }
}

/** Kahn's algorithm on what can be reached. */
function* topological(lineage: Lineage, order: Walk): Generator<ModelNode, void, undefined> {
  const next = reachable(lineage, order);
  const waitsFor = new Map<NodeId, number>();
  for (const following of next.values())
    for (const { id } of following) waitsFor.set(id, (waitsFor.get(id) ?? 0) + 1);
  const ready = new EarliestFirst();
  for (const id of next.keys()) if (!waitsFor.has(id)) ready.add(nodeOf(lineage, id));
  for (let node = ready.take(); node !== undefined; node = ready.take()) {
    yield node;
    for (const one of next.get(node.id) ?? []) {
      const left = (waitsFor.get(one.id) ?? 0) - 1;
      waitsFor.set(one.id, left);
      if (left === 0 && next.has(one.id)) ready.add(one);
    }
  }
}

/** What a walk reaches, each node with its neighbours, also those that are stopped at. */
function reachable(lineage: Lineage, order: Walk): Map<NodeId, readonly ModelNode[]> {
  const stop = order.stop ?? (() => false);
  const next = new Map<NodeId, readonly ModelNode[]>();
  const seen = new Set<NodeId>();
  const open = ordered(lineage, new Set(order.start));
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    if (stop(node)) continue;
    const following = neighbours(lineage, node.id, order);
    next.set(node.id, following);
    for (const one of following) if (!seen.has(one.id)) open.push(one);
  }
  return next;
}
