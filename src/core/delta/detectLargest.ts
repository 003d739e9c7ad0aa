import { axesOf } from './detectScaled.ts';
import { isFloatName } from './numbers.ts';
import { predictLargest } from './predictNumbers.ts';
import { elementsIn, type Hypothesis, type Window } from './window.ts';

/** The largest absolute value is over one of these in the quantisers there are: 8 bits and 4. */
const divisors = [127, 127.5, 128, 7, 7.5, 8];
/** Share of the scales that may be others. */
const mostOthers = 0.1;

/**
 * Whether a chunk has the scales by which a tensor's channels are quantised.
 *
 * @param base - all of the tensor.
 */
export function detectLargest(child: Window, base: Window, place: number): Hypothesis[] {
  const count = elementsIn(child);
  const { dtype: from } = base;
  if (child.dtype !== 'f32' || child.first !== 0 || base.first !== 0) return [];
  if (!isFloatName(from) || count < 2) return [];
  for (const { inner, channels } of axesOf(base)) {
    if (channels !== count) continue;
    for (const divisor of divisors) {
      const derivation = { is: 'largest', from, inner, divisor } as const;
      const prediction = predictLargest(derivation, [base.bytes], child.bytes.length);
      const wrong = prediction === undefined ? count : differing(child.bytes, prediction.bytes);
      if (wrong <= mostOthers * count)
        return [{ derivation, windows: [place], share: wrong / count }];
    }
  }
  return [];
}

/** Numbers of four bytes that are not the same in both. */
function differing(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let at = 0; at + 4 <= a.length; at += 4) {
    const isSame = [0, 1, 2, 3].every((k) => a[at + k] === b[at + k]);
    if (!isSame) count++;
  }
  return count;
}
