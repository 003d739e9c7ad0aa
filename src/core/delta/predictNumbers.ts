import type {
  AlongAxis,
  CastDerivation,
  LowRankDerivation,
  MaskedDerivation,
  QuantisedDerivation,
  ScaledDerivation,
  SumDerivation,
} from './derivation.ts';
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
  const [first] = values as [Float64Array];
  const sum = form === 'steps' ? first.slice() : new Float64Array(count);
  for (const [index, value] of values.entries()) {
    const c = coefficients[index] as number;
    if (form !== 'steps')
      for (let i = 0; i < count; i++) sum[i] = (sum[i] as number) + c * (value[i] as number);
    else if (index > 0)
      for (let i = 0; i < count; i++)
        sum[i] = (sum[i] as number) + c * ((value[i] as number) - (first[i] as number));
  }
  if (form === 'mix')
    for (let i = 0; i < count; i++)
      if (values.every((value) => value[i] === first[i])) sum[i] = first[i] as number;
  return withTail(bytesOfNumbers(dtype, sum), rawBytes);
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
  const [base, upBytes, downBytes] = bases;
  const numbers = base && numbersAt(dtype, base, 0, count);
  const own = derivation.factors;
  const up = own
    ? new Float64Array(own.b)
    : upBytes && numbersAt('f32', upBytes, 0, upBytes.length >> 2);
  const down = own
    ? new Float64Array(own.a)
    : downBytes && numbersAt('f32', downBytes, 0, downBytes.length >> 2);
  if (!numbers || !up || !down) return undefined;
  if (down.length < rank * columns || up.length < (fromRow + rows) * rank) return undefined;
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    // Each sum still begins at 0 and takes its products in the order of k.
    for (let k = 0; k < rank; k++) {
      const left = up[(fromRow + row) * rank + k] as number;
      for (let j = 0; j < columns; j++)
        sums[j] = (sums[j] as number) + left * (down[k * columns + j] as number);
    }
    const start = row * columns - first;
    for (let j = Math.max(0, -start); j < Math.min(columns, count - start); j++)
      numbers[start + j] = (numbers[start + j] as number) + scale * (sums[j] as number);
  }
  return withTail(bytesOfNumbers(dtype, numbers), rawBytes);
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

function scalesOf({ scales }: QuantisedDerivation, numbers: Float64Array): AlongAxis | undefined {
  if ('values' in scales) return isAlongAxis(scales) ? scales : undefined;
  const { inner, channels, divisor } = scales;
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
  const values = largest.map((most) => {
    const scale = Math.fround(most / divisor);
    return scale === 0 ? 1 : scale;
  });
  return { inner, first: 0, values };
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
