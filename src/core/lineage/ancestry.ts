import type { NodeId } from '../ids.ts';
import { nodeOf } from './editLineage.ts';
import type { EdgeKind, ModelNode } from './graph.ts';
import type { Lineage } from './lineage.ts';
import { walk, type Direction } from './walk.ts';
import { earlier } from './walkOrder.ts';

const bothKinds: readonly EdgeKind[] = ['provenance', 'version'];

/** All nodes above some, these not included unless one is above another. Linear in what is above. */
export function ancestors(
  lineage: Lineage,
  of: readonly NodeId[],
  kinds: readonly EdgeKind[] = bothKinds,
): Set<NodeId> {
  return reached(lineage, of, { kinds, direction: 'up' });
}

/** All nodes below some, these not included unless one is below another. Linear in what is below. */
export function descendants(
  lineage: Lineage,
  of: readonly NodeId[],
  kinds: readonly EdgeKind[] = bothKinds,
): Set<NodeId> {
  return reached(lineage, of, { kinds, direction: 'down' });
}

function reached(
  lineage: Lineage,
  of: readonly NodeId[],
  { kinds, direction }: Direction,
): Set<NodeId> {
  const down = direction === 'down';
  const index = down ? lineage.outgoing : lineage.incoming;
  const found = new Set<NodeId>();
  const open = of.map((id) => nodeOf(lineage, id).id);
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const edge of index.get(node) ?? []) {
      const next = down ? edge.to : edge.from;
      if (!kinds.includes(edge.kind) || found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  return found;
}

/** All versions of a model: those it comes from, up to the first, and all that come from these. */
export function versionsOf(lineage: Lineage, node: NodeId): NodeId[] {
  const older = ancestors(lineage, [node], ['version']);
  const kinds = ['version'] as const;
  return [
    ...walk(lineage, {
      start: [nodeOf(lineage, node).id, ...older],
      kinds,
      direction: 'down',
      order: 'topological',
    }),
  ];
}

/**
 * The newest versions of a model, in order of creation: those that no version follows. "The latest" is
 * defined only where there is one; several are a fork.
 */
export function heads(lineage: Lineage, node: NodeId): NodeId[] {
  const followed = (id: NodeId) =>
    [...(lineage.outgoing.get(id) ?? [])].some(({ kind }) => kind === 'version');
  return versionsOf(lineage, node)
    .filter((id) => !followed(id))
    .map((id): ModelNode => nodeOf(lineage, id))
    .sort(earlier)
    .map(({ id }) => id);
}
