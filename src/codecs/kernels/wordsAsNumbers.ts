import { elementWords } from '../elementWords.ts';
import type { ElementKind } from './tensorKernels.ts';

/**
 * Elements from the middle of a chunk as 32-bit words, the top bit of an element at bit 31; of those of
 * eight bytes the high half, and the low one beside it (else 0).
 *
 * @param most - elements at most.
 */
export function wordsAsNumbers(
  bytes: Uint8Array,
  log: ElementKind['log'],
  most: number,
): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const elements = bytes.length >>> log;
  const from = Math.max(0, (elements - most) >>> 1) << log;
  const some = bytes.subarray(from, from + (Math.min(most, elements) << log));
  if (log !== 3) {
    const high = elementWords(some, ([1, 2, 4] as const)[log]);
    return { high, low: new Uint32Array(high.length) };
  }
  const words = elementWords(some, 4);
  return { high: words.filter((_, i) => i % 2 === 1), low: words.filter((_, i) => i % 2 === 0) };
}
