import { closeness, detectScaled } from './detectScaled.ts';
import { detectAdapter, detectLowRank, type AdapterPlaces } from './detectLowRank.ts';
import { detectMasked } from './detectMasked.ts';
import { detectQuantised } from './detectQuantised.ts';
import { detectSum } from './detectSum.ts';
import { isFloatName } from './numbers.ts';
import {
  elementsIn,
  numbersAtPlaces,
  spreadPlaces,
  type Hypothesis,
  type Window,
} from './window.ts';

/** Most hypotheses that are worth an encoder's time. */
const mostHypotheses = 2;
/** A hypothesis is to leave over at most this share of what the plain delta does. */
const worthIt = 0.9;
const sampled = 384;
/** Share of the bits that a plain delta leaves over where the two have something to do with each other. */
const related = 0.74;

/** What is known beside the bytes. */
export interface Told {
  /** Weights of all `beside` in a sum, as a recipe names them. */
  readonly coefficients: readonly (readonly number[])[];
  /** Adapters, as places in `beside`. */
  readonly adapters: readonly AdapterPlaces[];
}

/** What was found, best first, and the share of the bits that a plain delta leaves over. */
export interface Beside {
  readonly found: readonly Hypothesis[];
  /** 1 where nothing is alike. */
  readonly plain: number;
}

/**
 * How a chunk may follow from what lies at its place in other tensors of as many elements: samples
 * are looked at, and all elements only where those fit.
 *
 * @param beside - counterparts; behind them the matrices of adapters.
 * @param counterparts - how many they are.
 */
export function detectBeside(
  child: Window,
  beside: readonly Window[],
  counterparts: number,
  told: Told,
): Beside {
  const like = beside.slice(0, counterparts);
  const plain = Math.min(1, ...like.map((base) => plainShare(child, base)));
  if (plain === 0 && elementsIn(child) <= sampled) return { found: [], plain };
  const found = [
    ...like.flatMap((base, place) => [
      ...detectMasked(child, base, place),
      ...detectQuantised(child, base, place),
      ...detectScaled(child, base, place),
      ...told.adapters.flatMap((adapter) => detectAdapter(child, beside, place, adapter)),
    ]),
    ...detectSum(child, like, told.coefficients),
  ];
  if (plain < related && !found.some(({ share }) => share < 0.1))
    found.push(...like.flatMap((base, place) => detectLowRank(child, base, place)));
  return {
    found: found
      .filter(({ share }) => share < worthIt * plain)
      .sort((a, b) => a.share - b.share)
      .slice(0, mostHypotheses),
    plain,
  };
}

/** What a delta to a counterpart of the same form leaves over. */
function plainShare(child: Window, base: Window): number {
  const { dtype } = child;
  if (base.dtype !== dtype || base.first !== child.first) return 1;
  if (base.bytes.length !== child.bytes.length) return 1;
  const places = spreadPlaces(elementsIn(child), sampled);
  const [mine, theirs] = [numbersAtPlaces(child, places), numbersAtPlaces(base, places)];
  if (isFloatName(dtype)) return closeness(dtype, mine, theirs);
  return mine.filter((value, i) => value !== theirs[i]).length / Math.max(1, mine.length);
}
