import type { Branch } from '../branches/branch.ts';
import { movedTo } from '../branches/moved.ts';
import type { NodeId } from '../ids.ts';
import { LineageError } from '../lineageError.ts';
import type { OrphanPolicy, RemovePreview } from '../views.ts';
import { nodeOf, type Draft } from './editLineage.ts';
import type { Edge, EdgeKind } from './graph.ts';
import { childrenOf, edgeKey, edgesOf, parentsOf, pathDown, type Lineage } from './lineage.ts';

/** The graph's part of what removing `ids` would do; the store adds the bytes it would free. */
export function previewRemoval(
  lineage: Lineage,
  ids: readonly NodeId[],
): Omit<RemovePreview, 'freedBytes'> {
  const gone = new Set(ids);
  for (const id of gone) nodeOf(lineage, id);
  const orphans = new Map<NodeId, Set<EdgeKind>>();
  for (const id of gone)
    for (const edge of lineage.outgoing.get(id) ?? [])
      if (!gone.has(edge.to))
        orphans.set(edge.to, (orphans.get(edge.to) ?? new Set<EdgeKind>()).add(edge.kind));
  return {
    nodes: [...gone],
    orphans: [...orphans].map(([node, kinds]) => ({ node, kinds: [...kinds].sort() })),
    reattached: bridges(lineage, gone).map(({ kind, from, to }) => ({ kind, from, to })),
    branches: movedBranches(lineage, gone).map(({ before, after }) => ({
      name: before.name,
      from: before.head,
      ...(after === undefined ? {} : { to: after.head }),
    })),
  };
}

/**
 * Removes models with their edges. `orphans` says what becomes of the models below them:
 * `reattach` joins them to the nearest remaining ancestors with inferred edges, `detach` leaves them
 * as they are, `remove` takes everything below by provenance along. A branch at a removed model goes back
 * to the nearest remaining version before it, else to the nearest parent, else with the model.
 *
 * @throws LineageError `node-missing`; `lineage-invalid` with `refuse` when there are orphans.
 */
export function removeNodes(
  lineage: Lineage,
  ids: readonly NodeId[],
  orphans: OrphanPolicy,
): Draft {
  for (const id of ids) nodeOf(lineage, id);
  const gone = new Set(orphans === 'remove' ? withDescendants(lineage, ids) : ids);
  const left = previewRemoval(lineage, [...gone]).orphans.length;
  if (orphans === 'refuse' && left > 0)
    throw new LineageError('lineage-invalid', {
      detail: `${left} models descend from what would be removed; choose what becomes of them`,
    });
  const edges = new Map<string, Edge>();
  for (const id of gone)
    for (const edge of edgesOf(lineage, id))
      edges.set(edgeKey(edge.kind, edge.from, edge.to), edge);
  const added = orphans === 'reattach' ? bridges(lineage, gone) : [];
  const [first] = gone;
  return {
    kind: 'remove',
    title:
      gone.size === 1 && first !== undefined
        ? `Removed ${nodeOf(lineage, first).name}`
        : `Removed ${gone.size} models`,
    changes: [
      ...[...edges.values()].map((before) => ({ of: 'edge', before }) as const),
      ...movedBranches(lineage, gone).map((moved) => ({ of: 'branch', ...moved }) as const),
      ...[...gone].map((id) => ({ of: 'node', before: nodeOf(lineage, id) }) as const),
      ...added.map((after) => ({ of: 'edge', after }) as const),
    ],
  };
}

/** The branches at removed nodes, and where each goes; one without `after` goes with its model. */
function movedBranches(
  lineage: Lineage,
  gone: ReadonlySet<NodeId>,
): { readonly before: Branch; readonly after?: Branch }[] {
  return [...lineage.branches.values()]
    .filter((branch) => gone.has(branch.head))
    .map((before) => {
      const head =
        nearestRemaining(lineage, before.head, 'version', gone) ??
        nearestRemaining(lineage, before.head, 'provenance', gone);
      return head === undefined ? { before } : { before, after: movedTo(before, head) };
    });
}

/** The first remaining node above `start`, nearest first. */
function nearestRemaining(
  lineage: Lineage,
  start: NodeId,
  kind: EdgeKind,
  gone: ReadonlySet<NodeId>,
): NodeId | undefined {
  const seen = new Set([start]);
  // Grows while it is walked, breadth first.
  for (const node of seen) {
    if (!gone.has(node)) return node;
    for (const parent of parentsOf(lineage, node, kind)) seen.add(parent);
  }
  return undefined;
}

/** Edges from the nearest remaining ancestors of the removed nodes to their remaining children. */
function bridges(lineage: Lineage, gone: ReadonlySet<NodeId>): Edge[] {
  const found = new Map<string, Edge>();
  for (const id of gone)
    for (const kind of ['provenance', 'version'] as const)
      for (const to of childrenOf(lineage, id, kind))
        if (!gone.has(to))
          for (const from of remainingAncestors(lineage, id, kind, gone)) {
            const key = edgeKey(kind, from, to);
            const versioned = kind === 'version' && parentsOf(lineage, to, kind).length > 1;
            if (lineage.edges.has(key) || versioned || pathDown(lineage, to, from)) continue;
            found.set(key, { kind, from, to, grade: 'inferred', evidence: bridged });
          }
  return [...found.values()];
}

const bridged = {
  rule: 'reattached',
  relation: 'descends through a removed model',
  confidence: 1,
  direction: { confidence: 1, because: 'the removed model stood between them' },
  facts: [],
} as const;

function remainingAncestors(
  lineage: Lineage,
  start: NodeId,
  kind: EdgeKind,
  gone: ReadonlySet<NodeId>,
): Set<NodeId> {
  const found = new Set<NodeId>();
  const seen = new Set<NodeId>([start]);
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const parent of parentsOf(lineage, node, kind)) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      if (gone.has(parent)) open.push(parent);
      else found.add(parent);
    }
  return found;
}

function withDescendants(lineage: Lineage, ids: readonly NodeId[]): Set<NodeId> {
  const found = new Set(ids);
  const open = [...ids];
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const child of childrenOf(lineage, node, 'provenance'))
      if (!found.has(child)) {
        found.add(child);
        open.push(child);
      }
  return found;
}
