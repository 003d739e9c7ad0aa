import { isFloatName, numbersAt } from './numbers.ts';
import {
  elementsIn,
  numbersAtPlaces,
  spreadPlaces,
  type Hypothesis,
  type Window,
} from './window.ts';

const sampled = 512;
/** Share of zeros that make a mask worth trying. */
const fewestZeros = 0.01;
/** Share of elements that a threshold may put on the wrong side. */
const mostWrong = 0.002;

/** Whether a chunk is its counterpart with zeros in places: by size, or as a map has them. */
export function detectMasked(child: Window, base: Window, place: number): Hypothesis[] {
  const { dtype } = child;
  const count = elementsIn(child);
  if (!isFloatName(dtype) || base.dtype !== dtype || child.first !== base.first) return [];
  if (base.bytes.length !== child.bytes.length) return [];
  const places = spreadPlaces(count, sampled);
  const mine = numbersAtPlaces(child, places);
  const theirs = numbersAtPlaces(base, places);
  let zeroed = 0;
  for (let i = 0; i < mine.length; i++) if (mine[i] === 0 && theirs[i] !== 0) zeroed++;
  if (zeroed < 2 || zeroed < fewestZeros * mine.length) return [];
  const whole = numbersAt(dtype, child.bytes, 0, count) as Float64Array;
  const from = numbersAt(dtype, base.bytes, 0, count) as Float64Array;
  const { below, signed, wrong } = threshold(whole, from);
  const bySize: Hypothesis = {
    derivation: { is: 'masked', dtype, zeros: { below }, signed },
    windows: [place],
    share: 0.02 + wrong,
  };
  const byMap: Hypothesis = {
    derivation: { is: 'masked', dtype, zeros: 'map', signed },
    windows: [place],
    share: 0.05,
  };
  return wrong <= mostWrong ? [bySize] : [byMap];
}

/** The size that best parts what became 0 from what did not, and the share of elements on the wrong side. */
function threshold(
  whole: Float64Array,
  from: Float64Array,
): { readonly below: number; readonly signed: boolean; readonly wrong: number } {
  let [keptFrom, zeroedTo, negative] = [Infinity, 0, false];
  for (let i = 0; i < whole.length; i++) {
    const size = Math.abs(from[i] as number);
    if (size === 0 || Number.isNaN(size)) continue;
    if (whole[i] !== 0) keptFrom = Math.min(keptFrom, size);
    else {
      zeroedTo = Math.max(zeroedTo, size);
      negative ||= Object.is(whole[i], -0);
    }
  }
  // Numbers of one size may fall on both sides, or a few have strayed: the side with fewer is wrong.
  const above = nextAfter(zeroedTo);
  let [zeroedAbove, keptBelow] = [0, 0];
  for (let i = 0; i < whole.length; i++) {
    const size = Math.abs(from[i] as number);
    if (whole[i] === 0 && size >= keptFrom) zeroedAbove++;
    if (whole[i] !== 0 && size < above) keptBelow++;
  }
  const low = zeroedAbove <= keptBelow;
  return {
    below: low ? keptFrom : above,
    signed: negative,
    wrong: Math.min(zeroedAbove, keptBelow) / whole.length,
  };
}

const double = new Float64Array(1);
const words = new BigUint64Array(double.buffer);

/** The next greater double of one that is not negative. */
function nextAfter(value: number): number {
  double[0] = value;
  words[0] = (words[0] as bigint) + 1n;
  return double[0];
}
