import type { GatherAxis, GatherDerivation, RangesDerivation } from './derivation.ts';
import { isIndex } from './numbers.ts';
import { joinedBases, type Prediction } from './prediction.ts';

/** The chunk as runs of the bases. Undefined for runs that are not there, or not as long as it. */
export function predictRanges(
  { pieces }: RangesDerivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
): Prediction | undefined {
  const joined = joinedBases(bases);
  const bytes = new Uint8Array(rawBytes);
  const fresh: number[] = [];
  let at = 0;
  for (const { fromByte, bytes: length } of pieces) {
    if (!isIndex(length) || length === 0 || length > rawBytes - at) return undefined;
    if (fromByte === -1) addRun(fresh, at, at + length);
    else if (!isIndex(fromByte) || length > joined.length - fromByte) return undefined;
    else bytes.set(joined.subarray(fromByte, fromByte + length), at);
    at += length;
  }
  return at === rawBytes ? { bytes, fresh } : undefined;
}

/** Most axes of a gather. */
export const mostAxes = 6;

/**
 * The chunk's elements from their places in the bases. Undefined for axes that do not cover the
 * chunk, or name an element that no base has.
 */
export function predictGather(
  derivation: GatherDerivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
): Prediction | undefined {
  const { elementBytes: width } = derivation;
  const count = Math.floor(rawBytes / width);
  const joined = joinedBases(bases);
  const elements = Math.floor(joined.length / width);
  if (!axesFit(derivation, count, elements)) return undefined;
  const bytes = new Uint8Array(Math.max(count * width, rawBytes));
  const places = placesOf(derivation, count);
  const fresh: number[] = [];
  for (let i = 0; i < count; i++) {
    const place = places[i] as number;
    if (place === nowhere) addRun(fresh, i * width, (i + 1) * width);
    else if (!(place >= 0 && place < elements)) return undefined;
  }
  copyElements(bytes, joined, places, width);
  return { bytes, fresh };
}

/** Stands for an element that no base has. */
const nowhere = -1e15;

function axesFit(derivation: GatherDerivation, count: number, elements: number): boolean {
  const { axes, first, offset } = derivation;
  if (axes.length === 0 || axes.length > mostAxes || !isIndex(first)) return false;
  if (!Number.isSafeInteger(offset) || Math.abs(offset) > 2 ** 40) return false;
  if (!axes.every(axisFits)) return false;
  const total = axes.reduce((product, { extent }) => product * extent, 1);
  const tables = axes.reduce((sum, { table }) => sum + (table?.length ?? 0), 0);
  // A table longer than all that is there cannot be of use.
  return total >= first + count && total <= 2 ** 50 && tables <= 2 * (count + elements) + 64;
}

function axisFits({ extent, stride, table }: GatherAxis): boolean {
  const isCount = isIndex(extent) && extent > 0 && extent <= 2 ** 32;
  const isStep = Number.isSafeInteger(stride) && Math.abs(stride) <= 2 ** 32;
  return isCount && isStep && (table === undefined || table.length === extent);
}

/** The place in the bases of each element of the chunk; `nowhere` and what it is added to: < −10¹⁴. */
function placesOf({ axes, first, offset }: GatherDerivation, count: number): Float64Array {
  const places = new Float64Array(count);
  const inner = axes[axes.length - 1] as GatherAxis;
  const outer = axes.slice(0, -1);
  let row = Math.floor(first / inner.extent);
  let column = first % inner.extent;
  for (let at = 0; at < count; row++, column = 0) {
    const start = rowStart(outer, row, offset);
    const length = Math.min(inner.extent - column, count - at);
    for (let j = 0; j < length; j++) {
      const index = inner.table === undefined ? column + j : (inner.table[column + j] as number);
      places[at + j] = index < 0 || start === nowhere ? nowhere : start + index * inner.stride;
    }
    at += length;
  }
  return places;
}

function rowStart(outer: readonly GatherAxis[], row: number, offset: number): number {
  let start = offset;
  let rest = row;
  for (let axis = outer.length - 1; axis >= 0; axis--) {
    const { extent, stride, table } = outer[axis] as GatherAxis;
    // The first axis takes what is left: it was checked that there is no more than its extent.
    const place = rest % extent;
    rest = Math.floor(rest / extent);
    const index = table === undefined ? place : (table[place] as number);
    if (index < 0) return nowhere;
    start += index * stride;
  }
  return start;
}

function copyElements(
  to: Uint8Array,
  from: Uint8Array,
  places: Float64Array,
  width: GatherDerivation['elementBytes'],
): void {
  if (width === 4 && from.byteOffset % 4 === 0) {
    const target = new Uint32Array(to.buffer, 0, places.length);
    const source = new Uint32Array(from.buffer, from.byteOffset, from.length >> 2);
    for (let i = 0; i < places.length; i++) target[i] = source[places[i] as number] ?? 0;
    return;
  }
  for (let i = 0; i < places.length; i++) {
    const place = (places[i] as number) * width;
    if (place < 0) continue;
    for (let k = 0; k < width; k++) to[i * width + k] = from[place + k] as number;
  }
}

/** Appends a run to `[from, to, …]`, joined to the last one where they touch. */
function addRun(runs: number[], from: number, to: number): void {
  if (runs.length > 0 && runs[runs.length - 1] === from) runs[runs.length - 1] = to;
  else runs.push(from, to);
}
