import type { Derivation } from './derivation.ts';
import type { Prediction } from './prediction.ts';
import { predictGather, predictRanges } from './predictMoved.ts';
import {
  predictCast,
  predictLargest,
  predictLowRank,
  predictMasked,
  predictQuantised,
  predictScaled,
  predictSum,
} from './predictNumbers.ts';

/**
 * The chunk that a derivation gives, the same bytes on every machine. Undefined where it does not
 * fit its bases: it reads nothing beyond them and allocates no more than a few times what they and
 * the chunk take.
 *
 * @param zeroed - of a mask that is a map: 1 for each element that is 0.
 */
export function predict(
  derivation: Derivation,
  bases: readonly Uint8Array[],
  rawBytes: number,
  zeroed?: Uint8Array,
): Prediction | undefined {
  switch (derivation.is) {
    case 'ranges':
      return predictRanges(derivation, bases, rawBytes);
    case 'gather':
      return predictGather(derivation, bases, rawBytes);
    case 'sum':
      return predictSum(derivation, bases, rawBytes);
    case 'cast':
      return predictCast(derivation, bases, rawBytes);
    case 'scaled':
      return predictScaled(derivation, bases, rawBytes);
    case 'low-rank':
      return predictLowRank(derivation, bases, rawBytes);
    case 'quantised':
      return predictQuantised(derivation, bases, rawBytes);
    case 'largest':
      return predictLargest(derivation, bases, rawBytes);
    case 'masked':
      return predictMasked(derivation, bases, rawBytes, zeroed);
    // Its codec computes it itself: what is left over is in steps.
    case 'steps':
      return undefined;
  }
}
