import type {
  AlongAxis,
  CastDerivation,
  LargestDerivation,
  LowRankDerivation,
  MaskedDerivation,
  QuantisedDerivation,
  ScaledDerivation,
  SumDerivation,
} from './derivation.ts';
import { decodeElements } from '../tensor/elements.ts';
import { bytesOfNumbers, halvesOfSingles, isIndex, numbersAt, widthOf } from './numbers.ts';
import { joinedBases, withTail, type Prediction } from './prediction.ts';

/** Σ coefficient · base. Undefined unless there are as many bases as coefficients, of the chunk's length. */
export function predictSum(
  { dtype, form, coefficients }: SumDerivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
): Prediction | undefined {
  if (coefficients.length !== bases.length || bases.length === 0) return undefined;
  if (bases.some((base) => base.length !== rawBytes)) return undefined;
  const count = Math.floor(rawBytes / widthOf(dtype));
  const values = bases.map((base) => numbersAt(dtype, base, 0, count) as Float64Array);
  const sum = form === 'steps' ? stepsFrom(values, coefficients) : weighted(values, coefficients);
  if (form === 'mix') keepEqual(values, sum);
  return withTail(bytesOfNumbers(dtype, sum), rawBytes);
}

function weighted(values: readonly Float64Array[], coefficients: Float64Array): Float64Array {
  const sum = new Float64Array(values[0]?.length ?? 0);
  for (const [index, value] of values.entries()) {
    const c = coefficients[index] as number;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + c * (value[i] as number);
  }
  return sum;
}

function stepsFrom(values: readonly Float64Array[], coefficients: Float64Array): Float64Array {
  const [first, ...others] = values as [Float64Array, ...Float64Array[]];
  const sum = first.slice();
  for (const [index, value] of others.entries()) {
    const c = coefficients[index + 1] as number;
    for (let i = 0; i < sum.length; i++)
      sum[i] = (sum[i] as number) + c * ((value[i] as number) - (first[i] as number));
  }
  return sum;
}

/** Puts back what is the same number in all. */
function keepEqual(values: readonly Float64Array[], sum: Float64Array): void {
  const [first, ...others] = values as [Float64Array, ...Float64Array[]];
  for (let i = 0; i < sum.length; i++)
    if (others.every((value) => value[i] === first[i])) sum[i] = first[i] as number;
}

/** The bases' numbers in the chunk's dtype. Undefined where they are too few. */
export function predictCast(
  { from, to, offset }: CastDerivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
): Prediction | undefined {
  const count = Math.floor(rawBytes / widthOf(to));
  const joined = joinedBases(bases);
  if (from === 'f32' && (to === 'f16' || to === 'bf16')) {
    const halves = halvesOfSingles(to, joined, offset, count);
    return halves && withTail(halves, rawBytes);
  }
  const numbers = numbersAt(from, joined, offset, count);
  return numbers && withTail(bytesOfNumbers(to, numbers), rawBytes);
}

/** (number − zero) · factor. Undefined where numbers are too few, or the factors name no axis. */
export function predictScaled(
  { from, to, offset, zero, factors }: ScaledDerivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
): Prediction | undefined {
  if (!isAlongAxis(factors)) return undefined;
  const count = Math.floor(rawBytes / widthOf(to));
  const numbers = numbersAt(from, joinedBases(bases), offset, count);
  if (numbers === undefined) return undefined;
  eachRun(factors, factors.values.length, count, (channel, start, end) => {
    const factor = factors.values[channel] as number;
    for (let i = start; i < end; i++) numbers[i] = ((numbers[i] as number) - zero) * factor;
  });
  return withTail(bytesOfNumbers(to, numbers), rawBytes);
}

export function isAlongAxis({ inner, first, values }: AlongAxis): boolean {
  return isIndex(inner) && inner > 0 && isIndex(first) && values.length > 0;
}

/** Calls `use` for each run of elements of one channel: `⌊(first + i) / inner⌋ mod channels`. */
export function eachRun(
  { inner, first }: Pick<AlongAxis, 'inner' | 'first'>,
  channels: number,
  count: number,
  use: (channel: number, start: number, end: number) => void,
): void {
  for (let i = 0; i < count;) {
    const run = Math.floor((first + i) / inner);
    const end = Math.min(count, (run + 1) * inner - first);
    use(run % channels, i, end);
    i = end;
  }
}

/** base + scale · (B · A). Undefined where a matrix is too small. */
export function predictLowRank(
  derivation: LowRankDerivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
): Prediction | undefined {
  const { dtype, columns, first, fromRow, rank, scale } = derivation;
  const count = Math.floor(rawBytes / widthOf(dtype));
  const sizes = [columns, first, fromRow, rank];
  if (!sizes.every(isIndex) || columns === 0 || rank === 0 || first >= columns) return undefined;
  const rows = Math.ceil((first + count) / columns);
  const [base] = bases;
  const numbers = base && numbersAt(dtype, base, 0, count);
  const factors = factorsOf(derivation, bases);
  if (numbers === undefined || factors === undefined) return undefined;
  const { up, down } = factors;
  if (down.length < rank * columns || up.length < (fromRow + rows) * rank) return undefined;
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    productRow(up.subarray((fromRow + row) * rank, (fromRow + row + 1) * rank), down, sums);
    const start = row * columns - first;
    for (let j = Math.max(0, -start); j < Math.min(columns, count - start); j++)
      numbers[start + j] = (numbers[start + j] as number) + scale * (sums[j] as number);
  }
  return withTail(bytesOfNumbers(dtype, numbers), rawBytes);
}

/** A row times a matrix: each sum begins at 0 and takes its products in the order of the row. */
function productRow(row: Float64Array, matrix: Float64Array, sums: Float64Array): void {
  const columns = sums.length;
  sums.fill(0);
  for (const [k, left] of row.entries())
    for (let j = 0; j < columns; j++)
      sums[j] = (sums[j] as number) + left * (matrix[k * columns + j] as number);
}

function factorsOf(
  { factors }: LowRankDerivation,
  [, up, down]: readonly Uint8Array[],
): { readonly up: Float64Array; readonly down: Float64Array } | undefined {
  if (factors !== undefined)
    return { up: new Float64Array(factors.b), down: new Float64Array(factors.a) };
  if (up === undefined || down === undefined) return undefined;
  return { up: decodeElements('f32', up), down: decodeElements('f32', down) };
}

/** The bases' numbers in 8 bits. Undefined where they are too few, or the scales name no axis. */
export function predictQuantised(
  derivation: QuantisedDerivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
): Prediction | undefined {
  const { from, offset, rounding, zero, low, high } = derivation;
  const numbers = numbersAt(from, joinedBases(bases), offset, rawBytes);
  const scales = numbers && scalesOf(derivation, numbers);
  if (numbers === undefined || scales === undefined) return undefined;
  const codes = new Uint8Array(rawBytes);
  eachRun(scales, scales.values.length, rawBytes, (channel, start, end) => {
    const scale = scales.values[channel] as number;
    for (let i = start; i < end; i++) {
      const value = (numbers[i] as number) / scale;
      const whole = rounding === 'up' ? Math.round(value) : roundedToEven(value);
      const code = Math.max(low, Math.min(high, whole + zero));
      // Not a number becomes 0, as all do that are stored in an integer.
      codes[i] = code;
    }
  });
  return { bytes: codes, fresh: [] };
}

/** The scales of as many channels as the chunk has numbers. Undefined where the bases have fewer. */
export function predictLargest(
  { from, inner, divisor }: LargestDerivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
): Prediction | undefined {
  const joined = joinedBases(bases);
  const channels = Math.floor(rawBytes / 4);
  const numbers = numbersAt(from, joined, 0, Math.floor(joined.length / widthOf(from)));
  const scales = numbers && channelScales({ inner, channels, divisor }, numbers);
  return scales && withTail(bytesOfNumbers('f32', scales), rawBytes);
}

function scalesOf({ scales }: QuantisedDerivation, numbers: Float64Array): AlongAxis | undefined {
  if ('values' in scales) return isAlongAxis(scales) ? scales : undefined;
  const values = channelScales(scales, numbers);
  return values && { inner: scales.inner, first: 0, values };
}

interface ScaleRule {
  readonly inner: number;
  readonly channels: number;
  readonly divisor: number;
}

function channelScales(
  { inner, channels, divisor }: ScaleRule,
  numbers: Float64Array,
): Float64Array | undefined {
  if (!isIndex(inner) || inner === 0 || !isIndex(channels) || channels === 0) return undefined;
  if (channels > numbers.length) return undefined;
  const largest = new Float64Array(channels);
  eachRun({ inner, first: 0 }, channels, numbers.length, (channel, start, end) => {
    let most = largest[channel] as number;
    for (let i = start; i < end; i++) {
      const size = Math.abs(numbers[i] as number);
      if (size > most) most = size;
    }
    largest[channel] = most;
  });
  return largest.map((most) => {
    const scale = Math.fround(most / divisor);
    return scale === 0 ? 1 : scale;
  });
}

/** To the nearest whole number, halves to the even one. */
export function roundedToEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 !== 0) ? whole + 1 : whole;
}

/**
 * The base with zeros in places. Undefined for one of another length, or a map that is not of it.
 *
 * @param zeroed - for `map`: 1 for each element that is 0, else 0.
 */
export function predictMasked(
  { dtype, zeros, signed }: MaskedDerivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
  zeroed?: Uint8Array,
): Prediction | undefined {
  const joined = joinedBases(bases);
  const width = widthOf(dtype);
  const count = Math.floor(rawBytes / width);
  const numbers = joined.length === rawBytes ? numbersAt(dtype, joined, 0, count) : undefined;
  if (numbers === undefined || (zeros === 'map' && zeroed?.length !== count)) return undefined;
  const bytes = new Uint8Array(joined);
  const below = zeros === 'map' ? 0 : zeros.below;
  for (let i = 0; i < count; i++) {
    if (zeros === 'map' ? zeroed?.[i] !== 1 : !(Math.abs(numbers[i] as number) < below)) continue;
    const last = (i + 1) * width - 1;
    const sign = signed ? (bytes[last] as number) & 0x80 : 0;
    bytes.fill(0, i * width, last);
    bytes[last] = sign;
  }
  return { bytes, fresh: [] };
}
