/** Steps that are left out: compilers and pools warm up. */
const warmUpSteps = 10;
/** Measurements that are kept: enough for a median. */
const kept = 500;

/** Times of optimiser steps. */
export class StepClock {
  readonly #times: number[] = [];
  #seen = 0;
  #since = performance.now();

  /** What follows is not part of a step, until `start`. */
  start(): void {
    this.#since = performance.now();
  }

  /** `steps` were done since the last `start` or `lap`; gives the time of one in ms. */
  lap(steps: number): number {
    const now = performance.now();
    const each = (now - this.#since) / steps;
    this.#since = now;
    this.#seen += steps;
    // The warm-up's times stand in until there are others.
    if (this.#seen <= warmUpSteps + steps) this.#times.length = 0;
    this.#times.push(each);
    if (this.#times.length > kept) this.#times.shift();
    return each;
  }

  /** Median time of a step after the warm-up, in ms; 0 before the first. */
  median(): number {
    const sorted = this.#times.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
}
