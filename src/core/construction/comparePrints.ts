import { compareSamples, slopesOf, type SampleComparison, type Slopes } from './compareSamples.ts';
import { sampleBudget, sampleGrid } from './sampleGrid.ts';
import type { ModelFingerprint, TensorPrint } from './types.ts';

/** Most orders of axes that are tried for two tensors of equal extents. */
const triedOrders = 6;

/** Equal for tensors whose shapes differ by order and by axes of length one only. */
export function shapeKey(print: TensorPrint): string {
  const known = shapeKeys.get(print);
  if (known !== undefined) return known;
  const extents = print.shape.filter((extent) => extent !== 1);
  const key = extents.sort((a, b) => a - b).join('x');
  shapeKeys.set(print, key);
  return key;
}

const shapeKeys = new WeakMap<TensorPrint, string>();

/** The sample of tensor `index`, a view. */
export function sampleOf(model: ModelFingerprint, print: TensorPrint): Float32Array {
  return model.samples.subarray(print.sampleStart, print.sampleStart + print.sampleLength);
}

/** A comparison, and whether it holds with the axes in another order. */
export interface PrintComparison extends SampleComparison {
  readonly transposed: boolean;
  /** Axes of the second tensor that stand for those of the first. */
  readonly order: readonly number[];
}

/**
 * Compares two tensors of equal `shapeKey` by their samples, over the orders of axes that their
 * extents allow; the best counts. Undefined if either has no sample.
 */
export function comparePrints(
  a: ModelFingerprint,
  printA: TensorPrint,
  b: ModelFingerprint,
  printB: TensorPrint,
): PrintComparison | undefined {
  if (printA.sampleLength === 0 || printA.sampleLength !== printB.sampleLength) return undefined;
  const budget = sampleBudget(printA.elements);
  const grid = sampleGrid(printA.shape, budget);
  const other = sampleGrid(printB.shape, budget);
  const lengths = grid.axes.map((axis) => axis.length);
  const otherLengths = other.axes.map((axis) => axis.length);
  const channelAxes = lengths.length < 2 ? [] : [...new Set([0, 1, lengths.length - 1])];
  const x = sampleOf(a, printA);
  const y = sampleOf(b, printB);
  let best: PrintComparison | undefined;
  for (const [tried, order] of axisOrders(grid.extents, other.extents).entries()) {
    if (tried >= triedOrders) break;
    const identity = order.every((axis, i) => axis === i);
    const aligned = identity ? y : permuted(y, otherLengths, order);
    const result = compareSamples(x, aligned, lengths, channelAxes);
    if (best === undefined || strength(result) > strength(best) + 1e-9) {
      best = { ...result, transposed: !identity, order };
    }
    if (strength(result) > 0.99) break;
  }
  return best;
}

/** From here on a scale per channel is an operation on the weights, and no chance fit. */
const scaledOperation = 0.95;

/** How alike two tensors are by a comparison: up to a scale for each channel where one is plain. */
export function strength({ correlation, scaled }: SampleComparison): number {
  return scaled >= scaledOperation ? Math.max(correlation, scaled) : correlation;
}

/** The regressions of the second tensor on the first, and of the first on the second. */
export function printSlopes(
  a: ModelFingerprint,
  printA: TensorPrint,
  b: ModelFingerprint,
  printB: TensorPrint,
  order: readonly number[],
): readonly [Slopes, Slopes] {
  const grid = sampleGrid(printB.shape, sampleBudget(printB.elements));
  const x = sampleOf(a, printA);
  const y = permuted(
    sampleOf(b, printB),
    grid.axes.map((axis) => axis.length),
    order,
  );
  return [slopesOf(x, y), slopesOf(y, x)];
}

/** Orders of `to`'s axes that give extents `from`; the identity first where it does. */
function axisOrders(from: readonly number[], to: readonly number[]): number[][] {
  const orders: number[][] = [];
  const extend = (order: number[]): void => {
    if (orders.length >= triedOrders) return;
    if (order.length === from.length) {
      orders.push(order);
      return;
    }
    for (const [axis, extent] of to.entries()) {
      if (extent === from[order.length] && !order.includes(axis)) extend([...order, axis]);
    }
  };
  extend([]);
  return orders;
}

/** `values`, a grid with `lengths`, with its axes in `order`. */
function permuted(
  values: Float32Array,
  lengths: readonly number[],
  order: readonly number[],
): Float32Array {
  const places = permutation(lengths, order);
  const result = new Float32Array(places.length);
  for (let i = 0; i < places.length; i++) result[i] = values[places[i] as number] as number;
  return result;
}

/** Permutations by lengths and order: comparisons of many tensors of one shape share them. */
const permutations = new Map<string, Uint32Array>();
const mostPermutations = 1024;

function permutation(lengths: readonly number[], order: readonly number[]): Uint32Array {
  const key = `${lengths.join()} ${order.join()}`;
  const known = permutations.get(key);
  if (known) return known;
  const strides = lengths.map((_, axis) =>
    lengths.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  let offsets = [0];
  for (const axis of order) {
    const stride = strides[axis] ?? 0;
    const steps = Array.from({ length: lengths[axis] ?? 1 }, (_, i) => i * stride);
    offsets = offsets.flatMap((offset) => steps.map((step) => offset + step));
  }
  const places = Uint32Array.from(offsets);
  if (permutations.size >= mostPermutations) permutations.clear();
  permutations.set(key, places);
  return places;
}
