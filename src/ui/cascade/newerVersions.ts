import type { NodeId } from '../../core/ids.ts';
import type { Edge, ModelNode } from '../../core/lineage/graph.ts';

/** The versions that follow a model by version edges, the newest last. */
export function newerVersions(
  old: NodeId | undefined,
  edgesOf: ReadonlyMap<NodeId, readonly Edge[]>,
  nodes: ReadonlyMap<NodeId, ModelNode>,
): readonly NodeId[] {
  const found = new Set<NodeId>();
  const open = old === undefined ? [] : [old];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const { kind, from, to } of edgesOf.get(at) ?? [])
      if (kind === 'version' && from === at && to !== old && !found.has(to)) {
        found.add(to);
        open.push(to);
      }
  const madeAt = (id: NodeId) => nodes.get(id)?.createdAt ?? 0;
  return [...found].sort((a, b) => madeAt(a) - madeAt(b));
}
