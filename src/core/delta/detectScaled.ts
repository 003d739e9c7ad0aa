import type { AlongAxis, FloatName, NumberName } from './derivation.ts';
import { isFloatName, isNumberName, numbersAt } from './numbers.ts';
import { eachRun } from './predictNumbers.ts';
import {
  elementsIn,
  median,
  numbersAtPlaces,
  spreadPlaces,
  ulpOf,
  type Hypothesis,
  type Window,
} from './window.ts';

const sampled = 384;
/** Channels looked at, and elements of each. */
const probedChannels = 12;
const probedElements = 6;
/** Share of elements that may stray: clipped, retrained, rounded twice. */
const strays = 0.15;
/** Share of the bits that a cast may leave over. */
const mostLeft = 0.75;

/** Windows of equally many elements: number i of the child lies at `offset + i` of the base. */
interface Pair {
  readonly child: Window;
  readonly base: Window;
  readonly offset: number;
  readonly count: number;
  readonly from: NumberName;
  readonly to: FloatName;
}

/**
 * Whether a chunk is its counterpart in another dtype, or times a factor, or a factor for each channel;
 * codes dequantised among them.
 *
 * @param place - of `base` in the caller's list.
 */
export function detectScaled(child: Window, base: Window, place: number): Hypothesis[] {
  const pair = pairOf(child, base);
  if (pair === undefined) return [];
  const { from, to, offset, count } = pair;
  const places = spreadPlaces(count, sampled);
  const mine = numbersAtPlaces(child, places);
  const theirs = numbersAtPlaces(
    base,
    places.map((at) => at + offset),
  );
  const cast = closeness(to, mine, theirs);
  // Nearly equal: a plain delta, or a cast, does as well.
  if (cast < 0.05) return from === to ? [] : [castOf(pair, place, cast)];
  for (const axis of axesOf(child)) {
    const zero = zeroOf(pair, axis);
    if (zero === undefined) continue;
    const factors = solveFactors(pair, axis, zero);
    if (factors === undefined) continue;
    return [
      {
        derivation: { is: 'scaled', from, to, offset, zero, factors },
        windows: [place],
        share: Math.min(1, 0.02 + (4 * factors.values.length) / child.bytes.length),
      },
    ];
  }
  return from !== to && cast < mostLeft ? [castOf(pair, place, cast)] : [];
}

function castOf({ from, to, offset }: Pair, place: number, share: number): Hypothesis {
  return { derivation: { is: 'cast', from, to, offset }, windows: [place], share };
}

function pairOf(child: Window, base: Window): Pair | undefined {
  const count = elementsIn(child);
  const offset = child.first - base.first;
  if (!isFloatName(child.dtype) || !isNumberName(base.dtype) || count < 8) return undefined;
  if (offset < 0 || offset + count > elementsIn(base)) return undefined;
  return { child, base, offset, count, from: base.dtype, to: child.dtype };
}

/** Bits per element that `theirs` leave to say of `mine`, as a share of the dtype's. */
export function closeness(to: FloatName, mine: Float64Array, theirs: Float64Array): number {
  const bits = { f64: 64, f32: 32, f16: 16, bf16: 16 }[to];
  let sum = 0;
  for (let i = 0; i < mine.length; i++) {
    const [a, b] = [mine[i] as number, theirs[i] as number];
    const units =
      a === b || (Number.isNaN(a) && Number.isNaN(b)) ? 0 : Math.abs(a - b) / ulpOf(to, a);
    sum += units < 0.6 ? 0 : Math.min(bits, 1.5 + Math.log2(1 + units));
  }
  return mine.length === 0 ? 1 : sum / mine.length / bits || 0;
}

/** How elements fall into channels. */
export interface Axis {
  readonly inner: number;
  readonly channels: number;
}

/** One channel for all, then the first axis, the last and the second. */
export function axesOf({ shape }: Window): Axis[] {
  const along = (axis: number): Axis => ({
    inner: shape.slice(axis + 1).reduce((product, extent) => product * extent, 1),
    channels: shape[axis] ?? 1,
  });
  const all = shape.reduce((product, extent) => product * extent, 1);
  const axes = [{ inner: Math.max(1, all), channels: 1 }];
  for (const axis of new Set([0, shape.length - 1, 1]))
    if (axis >= 0 && axis < shape.length - (axis === 0 ? 1 : 0) && (shape[axis] ?? 1) > 1)
      axes.push(along(axis));
  return axes;
}

/** The zero point under which a few channels have a factor each; undefined where they have none. */
function zeroOf(pair: Pair, axis: Axis): number | undefined {
  const { child, base, offset, count, to, from } = pair;
  let fits = 0;
  let seen = 0;
  let changed = from !== to;
  let zero: number | undefined = from === 'i8' || from === 'u8' ? undefined : 0;
  for (const places of probes(child.first, count, axis)) {
    const mine = numbersAtPlaces(child, places);
    const theirs = numbersAtPlaces(
      base,
      places.map((at) => at + offset),
    );
    zero ??= zeroFrom(mine, theirs);
    if (zero === undefined) continue;
    const found = commonRatio(mine, theirs, zero, 4 * ulpOf(to, 1));
    fits += found.fits;
    seen += found.seen;
    changed ||= found.changed;
  }
  return changed && seen >= 4 && fits >= seen * (1 - strays) ? (zero ?? 0) : undefined;
}

/** How many of some elements have one ratio, and whether that is another than 1. */
function commonRatio(mine: Float64Array, theirs: Float64Array, zero: number, slack: number) {
  const ratios = mine.map((value, i) => value / ((theirs[i] as number) - zero));
  const known = ratios.filter((ratio) => Number.isFinite(ratio) && ratio !== 0);
  if (known.length < 2) return { fits: 0, seen: 0, changed: false };
  const middle = median(known);
  return {
    fits: known.filter((ratio) => Math.abs(ratio / middle - 1) <= slack).length,
    seen: known.length,
    changed: Math.abs(middle - 1) > slack,
  };
}

/** Where a straight line through codes and values meets 0. */
function zeroFrom(values: Float64Array, codes: Float64Array): number | undefined {
  let [low, high] = [0, 0];
  for (let i = 1; i < codes.length; i++) {
    if ((codes[i] as number) < (codes[low] as number)) low = i;
    if ((codes[i] as number) > (codes[high] as number)) high = i;
  }
  const rise =
    ((values[high] as number) - (values[low] as number)) /
    ((codes[high] as number) - (codes[low] as number));
  const zero = Math.round((codes[low] as number) - (values[low] as number) / rise);
  return Number.isFinite(zero) && Math.abs(zero) < 2 ** 31 ? zero : undefined;
}

/** Places of a few elements in each of a few channels that the window holds. */
export function probes(first: number, count: number, { inner, channels }: Axis): number[][] {
  const runs: { start: number; end: number }[] = [];
  eachRun({ inner, first }, channels, Math.min(count, inner * channels), (_, start, end) => {
    if (runs.length < 4096) runs.push({ start, end });
  });
  const period = inner * channels;
  return spreadPlaces(runs.length, probedChannels).map((at) => {
    const { start, end } = runs[at] as { start: number; end: number };
    const inRun = spreadPlaces(end - start, probedElements).map((place) => start + place);
    if (inRun.length >= probedElements) return inRun;
    // Short runs: the same channel some periods later.
    const periods = Math.floor((count - 1 - start) / period);
    return spreadPlaces(periods + 1, probedElements).map((turn) => start + turn * period);
  });
}

/**
 * For each channel the factor that gives all its elements, where there is one; else near to it. Undefined
 * where too many elements would be wrong.
 */
function solveFactors(pair: Pair, axis: Axis, zero: number): AlongAxis | undefined {
  const { child, base, offset, count, from, to } = pair;
  const mine = numbersAt(to, child.bytes, 0, count);
  const theirs = numbersAt(from, base.bytes, offset, count);
  if (mine === undefined || theirs === undefined) return undefined;
  const { inner } = axis;
  // Only the channels in the window, from 0 on, unless they come round again.
  const skipped = count < inner * axis.channels ? Math.floor(child.first / inner) : 0;
  const first =
    skipped === 0 ? child.first % (inner * axis.channels) : child.first - skipped * inner;
  const channels =
    skipped === 0 && count >= inner * axis.channels
      ? axis.channels
      : Math.min(axis.channels, Math.ceil((first + count) / inner));
  const low = new Float64Array(channels).fill(-Infinity);
  const high = new Float64Array(channels).fill(Infinity);
  eachRun({ inner, first }, channels, count, (channel, start, end) => {
    for (let i = start; i < end; i++) {
      const number = (theirs[i] as number) - zero;
      const value = mine[i] as number;
      if (number === 0 || !Number.isFinite(value) || !Number.isFinite(number)) continue;
      const slack = ulpOf(to, value) / 2 / Math.abs(number);
      const ratio = value / number;
      // A stray must not spoil the rest: what cannot be met is left to the residual.
      const [l, h] = [
        Math.max(low[channel] as number, ratio - slack),
        Math.min(high[channel] as number, ratio + slack),
      ];
      if (l > h) continue;
      low[channel] = l;
      high[channel] = h;
    }
  });
  const values = low.map((l, channel) => between(l, high[channel] as number));
  return { inner, first, values };
}

/** A number from `low` to `high`, in single precision if there is one. */
export function between(low: number, high: number): number {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return 1;
  const middle = (low + high) / 2;
  const single = Math.fround(middle);
  return single >= low && single <= high ? single : middle;
}
