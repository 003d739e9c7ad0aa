/** A layer graph in execution order. Sink `structural.length` is `OUT`. */
export interface HashedGraph {
  readonly structural: readonly string[];
  readonly contextual: readonly string[];
  /** Without those from `IN`. */
  readonly edges: readonly (readonly [from: number, to: number])[];
  /** Layers that receive the input. */
  readonly starts: ReadonlySet<number>;
}

type Side = 'a' | 'b';

interface Matching {
  readonly mapped: Map<number, number>;
  readonly deleted: Set<string>;
  readonly added: Set<string>;
}

/**
 * The share of edges that turning `a` into `b` deletes or adds, by structure and by content; edges
 * from the input count above the line only, so values above 1 occur. Depends on the argument order.
 *
 * Source: the published implementation of MGit (reference §3.2–3.4).
 */
export function layerDivergence(
  a: HashedGraph,
  b: HashedGraph,
): { readonly structural: number; readonly contextual: number } {
  const total = Math.max(1, a.edges.length + b.edges.length);
  const matching = structuralMatching(a, b);
  const structural = (matching.deleted.size + matching.added.size) / total;
  for (const [x, y] of matching.mapped) {
    if (a.contextual[x] === b.contextual[y]) continue;
    matching.mapped.delete(x);
    for (const edge of touching(a, x)) matching.deleted.add(edge);
    for (const edge of touching(b, y)) matching.added.add(edge);
  }
  addStartEdges(a, b, matching);
  return { structural, contextual: (matching.deleted.size + matching.added.size) / total };
}

function structuralMatching(a: HashedGraph, b: HashedGraph): Matching {
  const mapped = new Map<number, number>();
  const taken = new Set<number>();
  const [groupsA, groupsB] = [edgeClasses(a), edgeClasses(b)];
  const usedA = new Set<string>();
  const usedB = new Set<string>();
  const order = [...groupsA.keys()]
    .map((hash) => ({ hash, inA: groupsA.get(hash) ?? [], inB: groupsB.get(hash) ?? [] }))
    .sort(
      (p, q) =>
        Math.min(q.inA.length, q.inB.length) - Math.min(p.inA.length, p.inB.length) ||
        (p.inA[0]?.[0] ?? 0) - (q.inA[0]?.[0] ?? 0) ||
        (p.inA[0]?.[1] ?? 0) - (q.inA[0]?.[1] ?? 0),
    );
  const outs = [a.structural.length, b.structural.length] as const;
  const agree = (x: number, y: number): boolean =>
    x === outs[0] || y === outs[1]
      ? x === outs[0] && y === outs[1]
      : mapped.has(x)
        ? mapped.get(x) === y
        : !taken.has(y);
  for (const { inA, inB } of order) {
    for (const [x, y] of inA) {
      const other = inB.find(([u, v]) => !usedB.has(key(u, v)) && agree(x, u) && agree(y, v));
      if (other === undefined) continue;
      usedA.add(key(x, y));
      usedB.add(key(...other));
      for (const [p, q] of [[x, other[0]] as const, [y, other[1]] as const]) {
        if (p === outs[0]) continue;
        mapped.set(p, q);
        taken.add(q);
      }
    }
  }
  const rest = (graph: HashedGraph, used: ReadonlySet<string>): Set<string> =>
    new Set(graph.edges.map((edge) => key(...edge)).filter((edge) => !used.has(edge)));
  const matching = { mapped, deleted: rest(a, usedA), added: rest(b, usedB) };
  pairLeftovers(a, b, mapped, taken);
  dropCrossings(a, b, matching);
  addStartEdges(a, b, matching);
  return matching;
}

/** Edges by the hashes of their ends, each class in execution order. */
function edgeClasses(graph: HashedGraph): Map<string, (readonly [number, number])[]> {
  const classes = new Map<string, (readonly [number, number])[]>();
  const ordered = [...graph.edges].sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  for (const edge of ordered) {
    const hash = edge.map((end) => graph.structural[end] ?? 'OUT').join(' → ');
    const list = classes.get(hash);
    if (list) list.push(edge);
    else classes.set(hash, [edge]);
  }
  return classes;
}

/** Pairs unmatched layers of equal structure in execution order. Their edges stay as they are. */
function pairLeftovers(
  a: HashedGraph,
  b: HashedGraph,
  mapped: Map<number, number>,
  taken: Set<number>,
): void {
  const waiting = new Map<string, number[]>();
  for (const [y, hash] of b.structural.entries()) {
    if (taken.has(y)) continue;
    const list = waiting.get(hash);
    if (list) list.push(y);
    else waiting.set(hash, [y]);
  }
  for (const [x, hash] of a.structural.entries()) {
    const y = mapped.has(x) ? undefined : waiting.get(hash)?.shift();
    if (y !== undefined) mapped.set(x, y);
  }
}

function dropCrossings(a: HashedGraph, b: HashedGraph, matching: Matching): void {
  let last = -1;
  for (const [x, y] of [...matching.mapped].sort((p, q) => p[0] - q[0])) {
    if (y > last) {
      last = y;
      continue;
    }
    matching.mapped.delete(x);
    for (const edge of touching(a, x)) matching.deleted.add(edge);
    for (const edge of touching(b, y)) matching.added.add(edge);
  }
}

/** A start layer whose partner is none costs its edge from the input; a set, so at most once. */
function addStartEdges(a: HashedGraph, b: HashedGraph, matching: Matching): void {
  const back = new Map([...matching.mapped].map(([x, y]) => [y, x]));
  const missing = (side: Side, layer: number): boolean => {
    const partner = side === 'a' ? matching.mapped.get(layer) : back.get(layer);
    return partner === undefined || !(side === 'a' ? b : a).starts.has(partner);
  };
  for (const x of a.starts) if (missing('a', x)) matching.deleted.add(`IN ${x}`);
  for (const y of b.starts) if (missing('b', y)) matching.added.add(`IN ${y}`);
}

function touching(graph: HashedGraph, layer: number): string[] {
  return graph.edges
    .filter(([from, to]) => from === layer || to === layer)
    .map(([from, to]) => key(from, to));
}

function key(from: number, to: number): string {
  return `${from} ${to}`;
}
