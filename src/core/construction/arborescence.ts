/** A directed edge of a weighted graph on `0 … n-1`. */
export interface WeightedEdge {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

/**
 * A minimum spanning arborescence from `root`: for every other node its entering edge, by index in
 * `edges`; undefined if some node cannot be reached. Of several with the least weight the choice
 * depends on the order of `edges` alone.
 *
 * Source: Chu and Liu 1965; Edmonds, "Optimum branchings", 1967; contraction by rounds, O(V·E).
 */
export function minimumArborescence(
  n: number,
  root: number,
  edges: readonly WeightedEdge[],
): (number | undefined)[] | undefined {
  const all = edges.map((edge, index) => ({ ...edge, index }));
  const chosen = solve(n, root, all);
  if (chosen === undefined) return undefined;
  const entering = new Array<number | undefined>(n).fill(undefined);
  for (const index of chosen) {
    const edge = edges[index];
    if (edge) entering[edge.to] = index;
  }
  return entering;
}

interface Arc extends WeightedEdge {
  /** In the caller's list of this round. */
  readonly index: number;
}

/** Indices (of the arcs given) of the edges of a minimum arborescence. */
function solve(n: number, root: number, arcs: readonly Arc[]): number[] | undefined {
  const best = new Array<Arc | undefined>(n).fill(undefined);
  for (const arc of arcs) {
    if (arc.to === root || arc.from === arc.to) continue;
    const known = best[arc.to];
    if (known === undefined || arc.weight < known.weight) best[arc.to] = arc;
  }
  for (let v = 0; v < n; v++) if (v !== root && best[v] === undefined) return undefined;

  const { group, groups, cyclic } = contract(n, root, best);
  const picked = best.flatMap((arc) => arc ?? []);
  if (cyclic.size === 0) return picked.map((arc) => arc.index);

  const inner: Arc[] = [];
  const source: Arc[] = [];
  for (const arc of arcs) {
    const from = group[arc.from] ?? 0;
    const to = group[arc.to] ?? 0;
    if (from === to) continue;
    const paid = cyclic.has(to) ? (best[arc.to]?.weight ?? 0) : 0;
    inner.push({ from, to, weight: arc.weight - paid, index: source.length });
    source.push(arc);
  }
  const outer = solve(groups, group[root] ?? 0, inner);
  if (outer === undefined) return undefined;
  // The edge that enters a cycle replaces the cycle's own edge to the same node.
  const entered = outer.flatMap((index) => source[index] ?? []);
  const replaced = new Set(entered.map((arc) => arc.to));
  const kept = picked.filter((arc) => cyclic.has(group[arc.to] ?? 0) && !replaced.has(arc.to));
  return [...entered, ...kept].map((arc) => arc.index);
}

/** Groups the nodes: each cycle of the chosen edges becomes one group, every other node its own. */
function contract(
  n: number,
  root: number,
  best: readonly (Arc | undefined)[],
): { group: number[]; groups: number; cyclic: ReadonlySet<number> } {
  const group = new Array<number>(n).fill(-1);
  const seenFrom = new Array<number>(n).fill(-1);
  const cyclic = new Set<number>();
  let groups = 0;
  for (let start = 0; start < n; start++) {
    let v = start;
    while (v !== root && seenFrom[v] === -1 && group[v] === -1) {
      seenFrom[v] = start;
      v = best[v]?.from ?? root;
    }
    if (v === root || group[v] !== -1 || seenFrom[v] !== start) continue;
    cyclic.add(groups);
    for (let u = v; group[u] === -1; u = best[u]?.from ?? root) group[u] = groups;
    groups++;
  }
  for (let v = 0; v < n; v++) if (group[v] === -1) group[v] = groups++;
  return { group, groups, cyclic };
}
