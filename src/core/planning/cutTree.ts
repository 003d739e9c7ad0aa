import type { PlanChoice, PlanUnit } from './basePlan.ts';

/** Bytes of `to` as a delta to `from`; infinite where that is not known. */
export type DeltaBytes = (from: number, to: number) => number;

/**
 * The cheapest stored forms within a tree of deltas, any of which may be turned round, if none lies
 * deeper than `most`: what stands alone serves `most` links in every direction. Exact, by dynamic
 * programming over the tree and the depth of each unit; time and memory O(units · most).
 *
 * @param tree - one base at most for each unit, without cycles.
 */
export function cutTree(
  tree: readonly PlanChoice[],
  units: readonly PlanUnit[],
  most: number,
  deltaBytes: DeltaBytes,
): PlanChoice[] {
  return new TreeCut(tree, units, most, deltaBytes).choices();
}

class TreeCut {
  readonly #units: readonly PlanUnit[];
  readonly #order: readonly number[];
  readonly #children: readonly (readonly number[])[];
  readonly #width: number;
  readonly #up: Float64Array;
  readonly #down: Float64Array;
  /** `[unit][depth]`: bytes of all below the unit when it lies at this depth, itself not counted. */
  readonly #below: Float64Array;
  /** `[unit][depth]`: bytes of the subtree when the unit gets this depth from within it. */
  readonly #within: Float64Array;
  /** Least of `#within` over the depths. */
  readonly #own: Float64Array;

  constructor(
    tree: readonly PlanChoice[],
    units: readonly PlanUnit[],
    most: number,
    delta: DeltaBytes,
  ) {
    this.#units = units;
    this.#width = most + 1;
    const children = tree.map((): number[] => []);
    const order: number[] = [];
    this.#down = new Float64Array(tree.length).fill(Infinity);
    this.#up = new Float64Array(tree.length).fill(Infinity);
    for (const [unit, { bases, bytes }] of tree.entries()) {
      const [base] = bases;
      if (base === undefined) {
        order.push(unit);
        continue;
      }
      children[base]?.push(unit);
      this.#down[unit] = bytes;
      this.#up[unit] = delta(unit, base);
    }
    // Grows while it is walked: parents first.
    for (const unit of order) for (const child of children[unit] ?? []) order.push(child);
    this.#order = order;
    this.#children = children;
    this.#below = new Float64Array(tree.length * this.#width);
    this.#within = new Float64Array(tree.length * this.#width);
    this.#own = new Float64Array(tree.length);
    for (const unit of order.toReversed()) this.#weigh(unit);
  }

  choices(): PlanChoice[] {
    const chosen = this.#units.map(({ alone }): PlanChoice => ({ bases: [], bytes: alone }));
    const given = new Int32Array(this.#units.length).fill(-1);
    // Units that must get a certain depth from within their subtrees, for what leans on them above.
    const wanted = new Int32Array(this.#units.length).fill(-1);
    for (const unit of this.#order) {
      let depth = given[unit] as number;
      let through = -1;
      if (depth < 0) {
        depth = wanted[unit] as number;
        if (depth < 0) depth = this.#bestWithin(unit);
        if (depth > 0) through = this.#bestChild(unit, depth);
        if (through >= 0) {
          wanted[through] = depth - 1;
          chosen[unit] = { bases: [through], bytes: this.#up[through] as number };
        }
      }
      for (const child of this.#children[unit] ?? []) {
        if (child === through || !this.#leans(child, depth)) continue;
        given[child] = depth + 1;
        chosen[child] = { bases: [unit], bytes: this.#down[child] as number };
      }
    }
    return chosen;
  }

  #weigh(unit: number): void {
    const children = this.#children[unit] ?? [];
    for (let depth = 0; depth < this.#width; depth++) {
      let below = 0;
      for (const child of children) below += this.#part(child, depth);
      this.#below[unit * this.#width + depth] = below;
    }
    let own = Infinity;
    for (let depth = 0; depth < this.#width; depth++) {
      const bytes =
        depth === 0
          ? (this.#units[unit]?.alone ?? 0) + (this.#below[unit * this.#width] as number)
          : this.#through(unit, this.#bestChild(unit, depth), depth);
      this.#within[unit * this.#width + depth] = bytes;
      own = Math.min(own, bytes);
    }
    this.#own[unit] = own;
  }

  /** Bytes of the subtree of `child` when its parent lies at `depth` and does not lean on it. */
  #part(child: number, depth: number): number {
    return Math.min(this.#own[child] as number, this.#leaning(child, depth));
  }

  #leans(child: number, depth: number): boolean {
    return this.#leaning(child, depth) < (this.#own[child] as number);
  }

  #leaning(child: number, depth: number): number {
    if (depth + 1 >= this.#width) return Infinity;
    return (this.#down[child] as number) + (this.#below[child * this.#width + depth + 1] as number);
  }

  /** Bytes of the subtree of `unit` when it leans on `child`, which lies one less than `depth` deep. */
  #through(unit: number, child: number, depth: number): number {
    if (child < 0) return Infinity;
    const below = this.#below[unit * this.#width + depth] as number;
    const within = this.#within[child * this.#width + depth - 1] as number;
    return (this.#up[child] as number) + within + below - this.#part(child, depth);
  }

  #bestChild(unit: number, depth: number): number {
    let best = -1;
    let least = Infinity;
    for (const child of this.#children[unit] ?? []) {
      const bytes = this.#through(unit, child, depth);
      if (bytes >= least) continue;
      least = bytes;
      best = child;
    }
    return best;
  }

  #bestWithin(unit: number): number {
    let best = 0;
    for (let depth = 1; depth < this.#width; depth++) {
      const at = unit * this.#width;
      if ((this.#within[at + depth] as number) < (this.#within[at + best] as number)) best = depth;
    }
    return best;
  }
}
