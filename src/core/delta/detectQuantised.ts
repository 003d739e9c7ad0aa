import type { AlongAxis, FloatName, QuantisedDerivation } from './derivation.ts';
import { axesOf, between, probes, type Axis } from './detectScaled.ts';
import { isFloatName, numbersAt } from './numbers.ts';
import { predict } from './predict.ts';
import { eachRun } from './predictNumbers.ts';
import { elementsIn, numbersAtPlaces, type Hypothesis, type Window } from './window.ts';

/** Share of codes that may be off by more than rounding. */
const strays = 0.1;
/** Share of codes off, with what the scales take, at which no other axis is tried. */
const nearlyRight = 0.02;
/** Largest absolute value over one of these is the scale, in the quantisers there are. */
const divisors = [127, 127.5, 128];

/** Whether a chunk of bytes is its float counterpart quantised, with one scale or one for each channel. */
export function detectQuantised(child: Window, base: Window, place: number): Hypothesis[] {
  const { dtype: to } = child;
  const { dtype: from } = base;
  if ((to !== 'i8' && to !== 'u8') || !isFloatName(from)) return [];
  const count = elementsIn(child);
  const offset = child.first - base.first;
  if (count < 8 || offset < 0 || offset + count > elementsIn(base)) return [];
  return bestAxis({ child, base, offset, count, from, to }, place);
}

function bestAxis(given: Omit<Quantising, 'axis' | 'zero'>, place: number): Hypothesis[] {
  const { child, base, offset, count } = given;
  let best: Hypothesis | undefined;
  for (const axis of axesOf(child)) {
    const zero = zeroPoint(child, base, offset, count, axis);
    if (zero === undefined) continue;
    const found = derived({ ...given, axis, zero }, place);
    // Channels may be so alike that one scale nearly fits all.
    const share = found.share + wrongShare(child, base, found);
    if (share < (best?.share ?? 1)) best = { ...found, share };
    if (share < nearlyRight) break;
  }
  return best === undefined ? [] : [best];
}

function wrongShare(child: Window, base: Window, { derivation }: Hypothesis): number {
  const prediction = predict(derivation, [base.bytes], child.bytes.length);
  if (prediction === undefined) return 1;
  let wrong = 0;
  for (let i = 0; i < child.bytes.length; i++) if (prediction.bytes[i] !== child.bytes[i]) wrong++;
  return wrong / child.bytes.length;
}

interface Quantising {
  readonly child: Window;
  readonly base: Window;
  readonly offset: number;
  readonly count: number;
  readonly axis: Axis;
  readonly zero: number;
  readonly from: FloatName;
  readonly to: 'i8' | 'u8';
}

/** Its scales solved from all elements, or the rule that gives them. */
function derived(
  { child, base, offset, count, axis, zero, from, to }: Quantising,
  place: number,
): Hypothesis {
  const codes = numbersAt(to, child.bytes, 0, count) as Float64Array;
  const numbers = numbersAt(from, base.bytes, offset, count) as Float64Array;
  const low = to === 'u8' ? 0 : codes.includes(-128) ? -128 : -127;
  const high = to === 'u8' ? 255 : 127;
  const solved = solveScales({ codes, numbers, first: child.first, axis, zero, low, high });
  const head = { is: 'quantised', from, to, offset, zero, low, high } as const;
  const given: QuantisedDerivation = { ...head, rounding: 'even', scales: solved.scales };
  const cost = 0.01 + (4 * solved.scales.values.length) / child.bytes.length;
  const whole = child.first === 0 && count === axis.inner * axis.channels;
  const rule = whole ? solved.divisor : undefined;
  if (rule === undefined) return { derivation: given, windows: [place], share: cost };
  const { inner, channels } = axis;
  const found: QuantisedDerivation = {
    ...head,
    rounding: 'up',
    scales: { inner, channels, divisor: rule },
  };
  return { derivation: found, windows: [place], share: 0.01 };
}

/** The zero point under which a few channels follow; undefined where they do not. */
function zeroPoint(
  child: Window,
  base: Window,
  offset: number,
  count: number,
  axis: Axis,
): number | undefined {
  let zero: number | undefined = child.dtype === 'i8' ? 0 : undefined;
  let [fits, seen] = [0, 0];
  for (const places of probes(child.first, count, axis)) {
    const codes = numbersAtPlaces(child, places);
    const numbers = numbersAtPlaces(
      base,
      places.map((at) => at + offset),
    );
    const line = lineThrough(numbers, codes);
    if (line === undefined) continue;
    zero ??= Math.round(line.zero);
    let [xx, xq] = [0, 0];
    for (let i = 0; i < codes.length; i++) {
      xx += (numbers[i] as number) ** 2;
      xq += (numbers[i] as number) * ((codes[i] as number) - zero);
    }
    for (let i = 0; i < codes.length; i++)
      if (Math.abs((numbers[i] as number) * (xq / xx) + zero - (codes[i] as number)) < 1) fits++;
    // Codes that hardly differ fit anything.
    const spread = Math.max(...codes) - Math.min(...codes);
    if (spread >= 8) seen += codes.length;
    else fits -= codes.length;
  }
  return seen >= 6 && fits >= seen * (1 - strays) ? (zero ?? 0) : undefined;
}

/** Least squares of codes over numbers; undefined for numbers that are all alike. */
function lineThrough(
  numbers: Float64Array,
  codes: Float64Array,
): { readonly zero: number } | undefined {
  const n = numbers.length;
  const meanX = numbers.reduce((sum, value) => sum + value, 0) / n;
  const meanQ = codes.reduce((sum, value) => sum + value, 0) / n;
  let [xx, xq] = [0, 0];
  for (let i = 0; i < n; i++) {
    const x = (numbers[i] as number) - meanX;
    xx += x * x;
    xq += x * ((codes[i] as number) - meanQ);
  }
  if (!(xx > 0) || !(xq > 0)) return undefined;
  return { zero: meanQ - (xq / xx) * meanX };
}

interface Problem {
  readonly codes: Float64Array;
  readonly numbers: Float64Array;
  readonly first: number;
  readonly axis: Axis;
  readonly zero: number;
  readonly low: number;
  readonly high: number;
}

/** For each channel a scale that gives all its codes, or nearly; and the rule that gives all scales. */
function solveScales(problem: Problem): {
  readonly scales: AlongAxis;
  readonly divisor: number | undefined;
} {
  const { codes, numbers, axis, zero, low, high } = problem;
  const { inner } = axis;
  const partial = codes.length < inner * axis.channels;
  const skipped = partial ? Math.floor(problem.first / inner) : 0;
  const first = problem.first - skipped * inner;
  const channels = partial ? Math.ceil((first + codes.length) / inner) : axis.channels;
  const least = new Float64Array(channels);
  const most = new Float64Array(channels).fill(Infinity);
  const largest = new Float64Array(channels);
  eachRun({ inner, first }, channels, codes.length, (channel, start, end) => {
    for (let i = start; i < end; i++) {
      const size = Math.abs(numbers[i] as number);
      if (!Number.isFinite(size)) continue;
      largest[channel] = Math.max(largest[channel] as number, size);
      const code = codes[i] as number;
      const steps = Math.abs(code - zero);
      const clipped = code === low || code === high;
      const l = clipped ? 0 : size / (steps + 0.5);
      const h = steps === 0 ? Infinity : size / (steps - 0.5);
      if (Math.max(l, least[channel] as number) > Math.min(h, most[channel] as number)) continue;
      least[channel] = Math.max(l, least[channel] as number);
      most[channel] = Math.min(h, most[channel] as number);
    }
  });
  const divisor =
    zero !== 0
      ? undefined
      : divisors.find((by) =>
          largest.every((size, channel) => {
            const scale = Math.fround(size / by);
            return (
              scale === 0 ||
              (scale >= (least[channel] as number) * (1 - 1e-6) &&
                scale <= (most[channel] as number) * (1 + 1e-6))
            );
          }),
        );
  const values = least.map((l, channel) =>
    between(l, Math.min(most[channel] as number, l === 0 ? 1 : 2 * l)),
  );
  return { scales: { inner, first, values }, divisor };
}
