import { elementCount } from '../dtype.ts';
import type { TensorEntry } from '../snapshot.ts';
import { decodedBytes, decodeValues } from './decodeValues.ts';
import { regularity } from './regularity.ts';
import { gridOffsets, sampleBudget, sampleGrid } from './sampleGrid.ts';
import { valueAccumulator, type ValueStatistics } from './valueStatistics.ts';

/** Lines probed in each direction, and most values of one. */
const probedLines = 4;
const probedValues = 256;
/** Tensors up to this many elements are held whole while they are scanned. */
const heldValues = 4096;
/** Values decoded at a time. */
const blockValues = 16_384;

/** What scanning one tensor gives. */
export interface ScannedTensor {
  readonly statistics: ValueStatistics;
  readonly sample: Float32Array;
  readonly regularity: number;
}

/** Reads one tensor out of its payload's bytes as they stream by. */
export interface TensorScan {
  /** `bytes` begin at `offset` of the payload; both multiples of 8 but for the last piece's end. */
  update(bytes: Uint8Array, offset: number): void;
  finish(): ScannedTensor;
}

/**
 * A scan of `entry`, or undefined for a tensor whose values are not looked at: of an undecoded
 * type, empty, or a view that repeats or skips elements.
 */
export function tensorScan(entry: TensorEntry): TensorScan | undefined {
  const bytesEach = decodedBytes(entry.dtype) ?? 0;
  const elements = elementCount(entry.shape);
  if (bytesEach === 0 || elements === 0) return undefined;
  const strides = squeezedStrides(entry);
  const grid = sampleGrid(entry.shape, sampleBudget(elements));
  const span = grid.extents.reduce((sum, e, axis) => sum + (e - 1) * (strides[axis] ?? 0), 1);
  if (span !== elements) return undefined;

  const first = entry.view?.byteOffset ?? 0;
  const sampled = gridOffsets(grid, strides);
  const lines = probeLines(grid.extents, strides);
  // Small tensors are held whole; of large ones only the elements wanted, in storage order.
  const wanted =
    elements <= heldValues ? undefined : sortedUnique([sampled, ...lines.rows, ...lines.columns]);
  const found = new Float32Array(wanted?.length ?? elements);
  const accumulator = valueAccumulator(elements);
  const block = new Float32Array(entry.dtype === 'f32' ? 0 : Math.min(blockValues, elements));
  let next = 0;

  function keep(values: Float32Array, at: number): void {
    if (wanted === undefined) {
      found.set(values, at);
      return;
    }
    const end = at + values.length;
    let offset = wanted[next] ?? Infinity;
    while (offset < end) {
      found[next++] = values[offset - at] ?? NaN;
      offset = wanted[next] ?? Infinity;
    }
  }

  function update(bytes: Uint8Array, offset: number): void {
    const from = Math.max(0, Math.ceil((offset - first) / bytesEach));
    const to = Math.min(elements, Math.floor((offset + bytes.length - first) / bytesEach));
    for (let at = from; at < to; at += blockValues) {
      const count = Math.min(blockValues, to - at);
      const start = first + at * bytesEach - offset;
      const values = decodeValues(bytes, start, count, entry.dtype, block);
      accumulator.add(values);
      keep(values, at);
    }
  }

  function finish(): ScannedTensor {
    const pick = (offsets: Float64Array): Float32Array => picked(offsets, wanted, found);
    const sample = pick(sampled);
    const coarse = sample.every((value) => isCoarse(value));
    const rows = regularity(lines.rows.map(pick), coarse);
    const columns = rows < 1 ? regularity(lines.columns.map(pick), coarse) : 0;
    return { statistics: accumulator.finish(), sample, regularity: Math.max(rows, columns) };
  }

  return { update, finish };
}

/** The values at `offsets`, out of `found`: of all elements, or of the sorted `wanted` ones. */
function picked(
  offsets: Float64Array,
  wanted: Float64Array | undefined,
  found: Float32Array,
): Float32Array {
  const values = new Float32Array(offsets.length);
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i] ?? 0;
    values[i] = found[wanted === undefined ? offset : placeOf(wanted, offset)] ?? NaN;
  }
  return values;
}

/** Index of `offset`, which is there, by bisection. */
function placeOf(sorted: Float64Array, offset: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const word = new Uint32Array(1);
const number = new Float32Array(word.buffer);

/** Whether a value has at most the 10 mantissa bits of a float16. */
function isCoarse(value: number): boolean {
  number[0] = value;
  return ((word[0] ?? 0) & 0x1fff) === 0;
}

/** Strides in elements of the axes longer than one. */
function squeezedStrides(entry: TensorEntry): number[] {
  const strides = entry.view?.strides ?? rowMajor(entry.shape);
  return strides.filter((_, axis) => entry.shape[axis] !== 1);
}

function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}

/** Offsets of some rows (all axes after the first, run together) and some columns (the first axis). */
function probeLines(
  extents: readonly number[],
  strides: readonly number[],
): { readonly rows: Float64Array[]; readonly columns: Float64Array[] } {
  const [rowCount = 1, ...rest] = extents;
  const rowLength = rest.reduce((product, extent) => product * extent, 1);
  if (extents.length <= 1) {
    const length = Math.min(rowCount, probedValues * 2);
    return { rows: [Float64Array.from({ length }, (_, i) => i)], columns: [] };
  }
  const inRow = (position: number): number => {
    let offset = 0;
    let left = position;
    for (let axis = extents.length - 1; axis >= 1; axis--) {
      const extent = extents[axis] ?? 1;
      offset += (left % extent) * (strides[axis] ?? 0);
      left = Math.floor(left / extent);
    }
    return offset;
  };
  const stride = strides[0] ?? 0;
  const rows = spread(rowCount).map((row) =>
    Float64Array.from(
      { length: Math.min(rowLength, probedValues) },
      (_, i) => row * stride + inRow(i),
    ),
  );
  const columns = spread(rowLength).map((column) => {
    const start = inRow(column);
    return Float64Array.from(
      { length: Math.min(rowCount, probedValues) },
      (_, i) => start + i * stride,
    );
  });
  return { rows, columns };
}

/** A few indices below `count`, spread evenly. */
function spread(count: number): number[] {
  const lines = Math.min(count, probedLines);
  return Array.from({ length: lines }, (_, i) => Math.floor(((i + 0.5) * count) / lines));
}

function sortedUnique(offsets: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(offsets.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of offsets) {
    all.set(list, at);
    at += list.length;
  }
  all.sort();
  return all.filter((offset, i) => i === 0 || offset !== all[i - 1]);
}
