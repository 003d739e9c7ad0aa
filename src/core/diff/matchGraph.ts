/** How alike two layers are: the first level at which their numbers agree. */
export const levels = ['contextual', 'contents', 'structural', 'sizes', 'families'] as const;

/** What matching reads of a layer graph. */
export type Hashes = Readonly<Record<(typeof levels)[number] | 'names', readonly string[]>> & {
  readonly edges: readonly { readonly from: number | 'IN'; readonly to: number | 'OUT' }[];
};

/** A layer graph in numbers; node `count` is the input, `count + 1` the output. */
export interface MatchGraph {
  readonly count: number;
  /** By level, then layer: equal numbers in both graphs for equal hashes. */
  readonly levels: readonly (readonly number[])[];
  readonly names: readonly number[];
  readonly before: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
  /** `from · (count + 2) + to`. */
  readonly edges: ReadonlySet<number>;
}

/** Both graphs with one numbering of hashes. */
export function matchGraphs(a: Hashes, b: Hashes): readonly [MatchGraph, MatchGraph] {
  const numbers = new Map<string, number>();
  const numbered = (hash: string): number => {
    const known = numbers.get(hash) ?? numbers.size;
    numbers.set(hash, known);
    return known;
  };
  return [graphOf(a, numbered), graphOf(b, numbered)];
}

function graphOf(hashes: Hashes, numbered: (hash: string) => number): MatchGraph {
  const count = hashes.names.length;
  const before = Array.from({ length: count + 2 }, (): number[] => []);
  const after = Array.from({ length: count + 2 }, (): number[] => []);
  const edges = new Set<number>();
  for (const edge of hashes.edges) {
    const from = edge.from === 'IN' ? count : edge.from;
    const to = edge.to === 'OUT' ? count + 1 : edge.to;
    if (edges.has(from * (count + 2) + to)) continue;
    edges.add(from * (count + 2) + to);
    after[from]?.push(to);
    before[to]?.push(from);
  }
  return {
    count,
    levels: levels.map((level) => hashes[level].map((hash) => numbered(`${level} ${hash}`))),
    names: hashes.names.map((name) => numbered(`name ${name}`)),
    before,
    after,
    edges,
  };
}

/** The layers a layer reads from, or is read by. */
export function endsOf(
  graph: MatchGraph,
  side: 'before' | 'after',
  layer: number,
): readonly number[] {
  return graph[side][layer] ?? [];
}

/** Edges at a layer. */
export function degree(graph: MatchGraph, layer: number): number {
  return endsOf(graph, 'before', layer).length + endsOf(graph, 'after', layer).length;
}

/** Cost of a pair by level. */
const pairCost = [0, 4, 16, 18, 24] as const;
/** Cost of a layer without partner, on either side. */
const aloneCost = 16;
/** Added to a pair of other content that has no edge in common: more than leaving both alone. */
const strayCost = 17;
/** Decides between otherwise equal matchings. */
const nameCost = 1e-4;

/**
 * A matching that is being built, and what it costs.
 *
 * The objective, to be least: 16 for each layer without partner; 0 for a pair of equal layers, 4 for
 * equal content under other attributes, 16 for other content, 18 for the same sizes, 24 for the same
 * class; 17 more for a pair of other content without an edge in common; 1 for each edge of either side
 * that the other lacks; a trifle for each pair of different names.
 */
export class Matching {
  readonly a: MatchGraph;
  readonly b: MatchGraph;
  /** Partners, −1 for none; input and output are each other's. */
  readonly ofA: Int32Array;
  readonly ofB: Int32Array;
  readonly #strays: boolean;

  /** @param assumed - whether edges were guessed, so that a pair needs none in common. */
  constructor(a: MatchGraph, b: MatchGraph, assumed: boolean) {
    this.a = a;
    this.b = b;
    this.#strays = !assumed;
    this.ofA = new Int32Array(a.count + 2).fill(-1);
    this.ofB = new Int32Array(b.count + 2).fill(-1);
    for (const end of [0, 1]) {
      this.ofA[a.count + end] = b.count + end;
      this.ofB[b.count + end] = a.count + end;
    }
  }

  link(x: number, y: number): void {
    this.ofA[x] = y;
    this.ofB[y] = x;
  }

  unlink(x: number): void {
    const y = this.toB(x);
    if (y < 0) return;
    this.ofA[x] = -1;
    this.ofB[y] = -1;
  }

  /** The partner of a layer of `a`, −1 for none. */
  toB(x: number): number {
    return this.ofA[x] ?? -1;
  }

  /** The partner of a layer of `b`, −1 for none. */
  toA(y: number): number {
    return this.ofB[y] ?? -1;
  }

  /** The level at which two layers agree; undefined where their classes differ. */
  level(x: number, y: number): number | undefined {
    for (const [level, numbers] of this.a.levels.entries())
      if (numbers[x] === this.b.levels[level]?.[y]) return level;
    return undefined;
  }

  /** How many edges at `x` would also be in `b` if `x` were paired with `y`. */
  commonEdges(x: number, y: number): number {
    const { a, b } = this;
    let common = 0;
    for (const from of endsOf(a, 'before', x)) {
      const other = this.toB(from);
      if (other >= 0 && b.edges.has(other * (b.count + 2) + y)) common++;
    }
    for (const to of endsOf(a, 'after', x)) {
      const other = this.toB(to);
      if (other >= 0 && b.edges.has(y * (b.count + 2) + other)) common++;
    }
    return common;
  }

  /** What the pair of a layer of `a` costs, without edges; half the layers' cost where it has none. */
  layerCost(x: number): number {
    const y = this.toB(x);
    if (y < 0) return aloneCost;
    const level = this.level(x, y) ?? 4;
    const stray = this.#strays && level >= 2 && this.commonEdges(x, y) === 0;
    const named = this.a.names[x] === this.b.names[y] ? 0 : nameCost;
    // A partner in `b` is not alone: its share is taken off here.
    return (pairCost[level] ?? 0) + (stray ? strayCost : 0) + named - aloneCost;
  }

  cost(): number {
    let sum = this.b.count * aloneCost + this.a.edges.size + this.b.edges.size;
    for (let x = 0; x < this.a.count; x++) sum += this.layerCost(x);
    return sum - 2 * this.mappedEdges();
  }

  /** Edges of `a` whose image is an edge of `b`. */
  mappedEdges(): number {
    const { a, b } = this;
    let mapped = 0;
    for (const edge of a.edges) {
      const from = this.toB(Math.floor(edge / (a.count + 2)));
      const to = this.toB(edge % (a.count + 2));
      if (from >= 0 && to >= 0 && b.edges.has(from * (b.count + 2) + to)) mapped++;
    }
    return mapped;
  }

  /** Parts pairs that cost more than their layers would alone. */
  dropStrays(): void {
    for (let x = 0; x < this.a.count; x++)
      if (this.toB(x) >= 0 && this.layerCost(x) > aloneCost) this.unlink(x);
  }
}
