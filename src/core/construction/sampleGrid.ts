/** Most elements sampled of one tensor. */
const sampleCeiling = 512;
/** Every tensor up to this many elements is sampled whole. */
const sampleFloor = 64;

/** A sample of a tensor: for each axis longer than one, which indices; all combinations are taken. */
export interface SampleGrid {
  /** Extents of the axes longer than one, in the tensor's order. */
  readonly extents: readonly number[];
  /** Chosen indices along each of these axes. */
  readonly axes: readonly (readonly number[])[];
  /** Elements in the sample: the product of the axes' lengths. */
  readonly size: number;
}

/** How many elements to sample of a tensor with `elements`: 2√n, between 64 and 512. */
export function sampleBudget(elements: number): number {
  return Math.min(sampleCeiling, Math.max(sampleFloor, Math.floor(2 * Math.sqrt(elements))));
}

/**
 * The grid sample of `shape` with at most `budget` elements.
 *
 * Along every axis the same number of indices is taken, as far as the axis has them, and which ones
 * depends on the extent alone. So the sample of a transposed tensor is the transposed sample, and
 * the sample for a smaller budget is part of that for a larger one.
 */
export function sampleGrid(shape: readonly number[], budget: number): SampleGrid {
  const key = `${shape.join()} ${budget}`;
  const known = remembered.get(key);
  if (known) return known;
  const grid = makeGrid(shape, budget);
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(key, grid);
  return grid;
}

/** Grids by shape and budget: the same few shapes come again and again. */
const remembered = new Map<string, SampleGrid>();
const mostRemembered = 4096;

function makeGrid(shape: readonly number[], budget: number): SampleGrid {
  const extents = shape.filter((extent) => extent !== 1);
  if (extents.includes(0)) return { extents, axes: [], size: 0 };
  const count = (k: number): number => extents.reduce((n, extent) => n * Math.min(extent, k), 1);
  const longest = Math.max(1, ...extents);
  let k = 1;
  while (k < longest && count(k + 1) <= budget) k++;
  return { extents, axes: extents.map((extent) => axisIndices(extent, k)), size: count(k) };
}

/** The elements of a grid in its order, as flat indices under `strides` of the axes longer than one. */
export function gridOffsets(grid: SampleGrid, strides: readonly number[]): Float64Array {
  let offsets = new Float64Array(grid.size > 0 ? 1 : 0);
  for (const [axis, indices] of grid.axes.entries()) {
    const stride = strides[axis] ?? 0;
    const next = new Float64Array(offsets.length * indices.length);
    let at = 0;
    for (const offset of offsets) for (const index of indices) next[at++] = offset + index * stride;
    offsets = next;
  }
  return offsets;
}

/** The first `count` of `extent` indices in bit-reversed order: spread out, and nested in `count`. */
function axisIndices(extent: number, count: number): number[] {
  const wanted = Math.min(extent, count);
  if (wanted === extent) return Array.from({ length: extent }, (_, index) => index);
  const bits = Math.ceil(Math.log2(extent));
  const used = Math.min(bits, 30); // i stays below the budget, so higher bits are zero
  const indices: number[] = [];
  for (let i = 0; indices.length < wanted; i++) {
    let reversed = 0;
    for (let bit = 0; bit < used; bit++) if ((i >> bit) & 1) reversed += 2 ** (bits - 1 - bit);
    if (reversed < extent) indices.push(reversed);
  }
  return indices.sort((a, b) => a - b);
}
