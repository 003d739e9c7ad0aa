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
  const best = cheapestEntering(n, root, arcs);
  if (best.size < n - 1) return undefined;
  const { group, groups, cyclic } = contract(n, root, best);
  const picked = [...best.values()];
  if (cyclic.size === 0) return picked.map((arc) => arc.index);

  // The graph of the groups; entering a cycle saves the cycle's own edge to the node entered.
  const source: Arc[] = [];
  const inner = arcs.flatMap((arc): Arc[] => {
    const [from, to] = [groupOf(group, arc.from), groupOf(group, arc.to)];
    if (from === to) return [];
    const saved = cyclic.has(to) ? (best.get(arc.to)?.weight ?? 0) : 0;
    return [{ from, to, weight: arc.weight - saved, index: source.push(arc) - 1 }];
  });
  const outer = solve(groups, groupOf(group, root), inner);
  if (outer === undefined) return undefined;
  const entered = outer.flatMap((index) => source[index] ?? []);
  const replaced = new Set(entered.map((arc) => arc.to));
  const kept = picked.filter((arc) => cyclic.has(groupOf(group, arc.to)) && !replaced.has(arc.to));
  return [...entered, ...kept].map((arc) => arc.index);
}

function cheapestEntering(n: number, root: number, arcs: readonly Arc[]): Map<number, Arc> {
  const best = new Map<number, Arc>();
  for (const arc of arcs) {
    if (arc.to === root || arc.from === arc.to || arc.to >= n) continue;
    const known = best.get(arc.to);
    if (known === undefined || arc.weight < known.weight) best.set(arc.to, arc);
  }
  return best;
}

function groupOf(group: readonly number[], node: number): number {
  return group[node] ?? -1;
}

/** Groups the nodes: each cycle of the chosen edges becomes one group, every other node its own. */
function contract(
  n: number,
  root: number,
  best: ReadonlyMap<number, Arc>,
): { group: number[]; groups: number; cyclic: ReadonlySet<number> } {
  const group = new Array<number>(n).fill(-1);
  const seenFrom = new Array<number>(n).fill(-1);
  const cyclic = new Set<number>();
  const above = (node: number): number => best.get(node)?.from ?? root;
  const isFresh = (node: number): boolean =>
    node !== root && seenFrom[node] === -1 && group[node] === -1;
  let groups = 0;
  for (let start = 0; start < n; start++) {
    let v = start;
    for (; isFresh(v); v = above(v)) seenFrom[v] = start;
    if (v === root || group[v] !== -1 || seenFrom[v] !== start) continue;
    cyclic.add(groups);
    for (let u = v; group[u] === -1; u = above(u)) group[u] = groups;
    groups++;
  }
  const all = group.map((own) => (own === -1 ? groups++ : own));
  return { group: all, groups, cyclic };
}
