/** Limits of any plan: how long a chain may get, and how dear to read. */
export interface PlanBounds {
  /** Deltas to follow from any chunk to one stored whole. */
  readonly depth: number;
  /** Stored bytes read to give a chunk, itself included, in times its own size. */
  readonly readCost: number;
  /** Bytes that any chunk may take to read, however small; 0 unless given. */
  readonly readFloor?: number;
}

/** A chunk that a plan finds a stored form for. */
export interface PlanUnit {
  /** Bytes of the chunk itself. */
  readonly raw: number;
  /** Bytes of it stored without a base. */
  readonly alone: number;
}

/** One way to store a chunk: what it leans on, by place in the plan, and the bytes it then takes. */
export interface PlanChoice {
  /** None to store it without a base. */
  readonly bases: readonly number[];
  readonly bytes: number;
}

/**
 * A choice of a stored form for each chunk that holds the bounds and has no cycles, and stays so:
 * a change that would break them is refused. Starts with every chunk stored alone.
 */
export class BasePlan {
  readonly #units: readonly PlanUnit[];
  readonly #bounds: PlanBounds;
  readonly #choices: PlanChoice[];
  readonly #leaners: Set<number>[];
  readonly #depth: Int32Array;
  /** Stored bytes read to give each chunk. */
  readonly #read: Float64Array;

  constructor(units: readonly PlanUnit[], bounds: PlanBounds) {
    this.#units = units;
    this.#bounds = bounds;
    this.#choices = units.map(({ alone }) => ({ bases: [], bytes: alone }));
    this.#leaners = units.map(() => new Set());
    this.#depth = new Int32Array(units.length);
    this.#read = Float64Array.from(units, ({ alone }) => alone);
  }

  get choices(): readonly PlanChoice[] {
    return this.#choices;
  }

  get bytes(): number {
    return this.#choices.reduce((sum, choice) => sum + choice.bytes, 0);
  }

  choice(unit: number): PlanChoice {
    return this.#choices[unit] ?? { bases: [], bytes: 0 };
  }

  /** Deltas to follow from `unit`. */
  depth(unit: number): number {
    return this.#depth[unit] ?? 0;
  }

  /** Stored bytes read to give `unit`, itself included. */
  readBytes(unit: number): number {
    return this.#read[unit] ?? 0;
  }

  /**
   * Stores `unit` as `choice` says, unless that would close a cycle or break a bound, for it or for
   * what leans on it.
   *
   * @returns whether it was done.
   */
  move(unit: number, choice: PlanChoice): boolean {
    const depth = this.#depthOver(choice);
    if (depth > this.#bounds.depth) return false;
    const above = this.#above(unit);
    if (choice.bases.some((base) => above.includes(base))) return false;
    const before = this.choice(unit);
    const kept = above.map((node) => [this.depth(node), this.readBytes(node)] as const);
    this.#put(unit, choice);
    if (above.every((node) => this.#refresh(node))) return true;
    this.#put(unit, before);
    for (const [at, node] of above.entries()) {
      const [oldDepth, oldRead] = kept[at] ?? [0, 0];
      this.#depth[node] = oldDepth;
      this.#read[node] = oldRead;
    }
    return false;
  }

  #put(unit: number, choice: PlanChoice): void {
    for (const base of this.choice(unit).bases) this.#leaners[base]?.delete(unit);
    this.#choices[unit] = choice;
    for (const base of choice.bases) this.#leaners[base]?.add(unit);
  }

  /** Counts depth and read bytes of `unit` anew; whether they are within the bounds. */
  #refresh(unit: number): boolean {
    const choice = this.choice(unit);
    const depth = this.#depthOver(choice);
    const read = choice.bases.reduce((sum, base) => sum + this.readBytes(base), choice.bytes);
    this.#depth[unit] = depth;
    this.#read[unit] = read;
    if (choice.bases.length === 0) return true;
    const raw = this.#units[unit]?.raw ?? 0;
    const { depth: most, readCost, readFloor = 0 } = this.#bounds;
    return depth <= most && read <= Math.max(readCost * raw, readFloor);
  }

  #depthOver({ bases }: PlanChoice): number {
    return bases.reduce((deepest, base) => Math.max(deepest, this.depth(base) + 1), 0);
  }

  /** `unit` and all that leans on it, directly or not, each after what it leans on. */
  #above(unit: number): number[] {
    const order: number[] = [];
    const entered = new Set<number>();
    const stack = [{ node: unit, isDone: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top.isDone) order.push(top.node);
      if (top.isDone || entered.has(top.node)) continue;
      entered.add(top.node);
      stack.push({ node: top.node, isDone: true });
      for (const node of this.#leaners[top.node] ?? []) {
        if (!entered.has(node)) stack.push({ node, isDone: false });
      }
    }
    return order.reverse();
  }
}
