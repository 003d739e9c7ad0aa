type Point = readonly [step: number, loss: number];

/** Most points of a loss curve that are kept. */
const mostPoints = 1000;

/**
 * The loss by step, thinned: always every `stride`-th step, a power of two that doubles when there are too
 * many. What is kept depends on the steps alone, so a run that is resumed has the same curve.
 */
export class LossLog {
  #points: Point[] = [];
  #stride = 1;
  /** The newest loss, kept in the curve or not. */
  last: number | undefined;

  constructor(points: readonly Point[] = []) {
    // The stride of a curve that was thinned before: its steps have it as their common distance.
    for (const [step, loss] of points) this.#points.push([step, loss]);
    const [first, second] = this.#points;
    if (first !== undefined && second !== undefined) this.#stride = second[0] - first[0];
  }

  /** @param step - 1-based; each step once, in order. */
  add(step: number, loss: number): void {
    this.last = loss;
    if ((step - 1) % this.#stride !== 0) return;
    this.#points.push([step, loss]);
    if (this.#points.length <= mostPoints) return;
    this.#stride *= 2;
    this.#points = this.#points.filter(([at]) => (at - 1) % this.#stride === 0);
  }

  points(): readonly Point[] {
    return [...this.#points];
  }
}
