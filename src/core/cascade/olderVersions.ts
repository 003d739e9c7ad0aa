import type { NodeId } from '../ids.ts';
import { childrenOf, type Lineage } from '../lineage/lineage.ts';
import type { WorkUnit } from './workUnits.ts';

/**
 * The units that a cascade over the newest versions alone leaves out: each of their models has a newer
 * version in reach, and nothing that is made from them is brought up to date.
 *
 * @param units - in topological order.
 */
export function olderVersions(lineage: Lineage, units: readonly WorkUnit[]): Set<WorkUnit> {
  const unitOf = new Map(units.flatMap((unit) => unit.nodes.map(({ id }) => [id, unit] as const)));
  const older = new Set<WorkUnit>();
  const newer = new Map<NodeId, boolean>();
  for (const unit of units.toReversed()) {
    const needed = unit.nodes.some(({ id }) =>
      childrenOf(lineage, id, 'provenance').some((child) => {
        const below = unitOf.get(child);
        return below !== undefined && below !== unit && !older.has(below);
      }),
    );
    if (needed) continue;
    if (unit.nodes.every(({ id }) => hasNewer(lineage, id, unitOf, newer))) older.add(unit);
  }
  return older;
}

/** Whether a later version of the model is in reach. */
function hasNewer(
  lineage: Lineage,
  node: NodeId,
  reach: ReadonlyMap<NodeId, unknown>,
  known: Map<NodeId, boolean>,
): boolean {
  const open = [node];
  for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
    const after = childrenOf(lineage, at, 'version');
    const unknown = after.filter((next) => !known.has(next) && !reach.has(next));
    if (!known.has(at) && unknown.length > 0) {
      open.push(...unknown);
      continue;
    }
    if (!known.has(at))
      known.set(at, after.some((next) => reach.has(next) || known.get(next) === true)); // prettier-ignore
    open.pop();
  }
  return known.get(node) === true;
}
