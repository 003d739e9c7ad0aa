import type { NodeId } from '../../core/ids.ts';
import type { Edge, EdgeKind } from '../../core/lineage/graph.ts';

/** Models from a root to a model, in order. */
export type LineagePath = readonly NodeId[];

/** Paths that are offered at most: with many merges there are far more than a person looks through. */
export const mostPaths = 50;

/**
 * The paths from a root down to a model, longest first; at most `mostPaths`.
 *
 * @param kinds - edges that are followed.
 */
export function pathsTo(
  edges: readonly Edge[],
  end: NodeId,
  kinds: readonly EdgeKind[],
): readonly LineagePath[] {
  const above = new Map<NodeId, Set<NodeId>>();
  for (const { kind, from, to } of edges) {
    if (!kinds.includes(kind)) continue;
    const parents = above.get(to) ?? new Set<NodeId>();
    above.set(to, parents.add(from));
  }
  const found: LineagePath[] = [];
  const open: NodeId[][] = [[end]];
  for (let path = open.pop(); path !== undefined && found.length < mostPaths; path = open.pop()) {
    const [first] = path;
    const parents = [...((first === undefined ? undefined : above.get(first)) ?? [])];
    if (parents.length === 0) found.push(path);
    // The first parent is followed first.
    for (const parent of parents.reverse()) open.push([parent, ...path]);
  }
  return found.sort((a, b) => b.length - a.length);
}

/** A step along a path where a number moved. */
export interface Move {
  /** Index of the model after the step. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** The step where a number moved most; what is not known or not finite is stepped over. */
export function largestMove(values: readonly (number | undefined)[]): Move | undefined {
  let best: Move | undefined;
  let before: number | undefined;
  for (const [at, after] of values.entries()) {
    if (after === undefined || !Number.isFinite(after)) continue;
    if (before !== undefined && after !== before) {
      const size = Math.abs(after - before);
      if (best === undefined || size > Math.abs(best.after - best.before))
        best = { at, before, after };
    }
    before = after;
  }
  return best;
}
