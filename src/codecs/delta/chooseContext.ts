import type { ChunkElement } from '../../core/ports/chunkCodec.ts';
import { contextsOf, topFor } from './exponentContext.ts';
import type { ExponentContext } from './exponentContext.ts';

/** Elements looked at to choose. */
const sampleElements = 8192;

/**
 * The context that should cost least, by the conditional entropy of the symbols in a sample.
 *
 * The exponent of a 16-bit float has five bits or eight; nobody says which, so both are tried.
 *
 * @param keys - `[elements]`, words of the base; the high ones of elements of eight bytes.
 * @param symbols - `[elements]`.
 */
export function chooseContext(
  keys: Uint32Array,
  symbols: Uint8Array,
  element: ChunkElement,
): ExponentContext {
  let best: ExponentContext = { shift: 31, top: 0, count: 1 };
  if (symbols.length < 32) return best;
  const from = Math.max(0, (symbols.length - sampleElements) >>> 1);
  const someKeys = keys.subarray(from, from + sampleElements);
  const someSymbols = symbols.subarray(from, from + sampleElements);
  let least = cost(someSymbols, contextsOf(someKeys, element.float, best), 1);
  for (const shift of shiftsFor(element))
    for (const count of [4, 16]) {
      const context = { shift, top: topFor(someKeys, element.float, shift), count };
      const bits = cost(someSymbols, contextsOf(someKeys, element.float, context), count);
      if (bits >= least) continue;
      least = bits;
      best = context;
    }
  return best;
}

function shiftsFor({ bytes, float }: ChunkElement): readonly number[] {
  if (float) return bytes === 8 ? [23] : bytes === 2 ? [23, 26] : [23];
  return bytes === 1 ? [28] : [];
}

/** Bits of the sample with ideal codes, and what learning each used table costs. */
function cost(symbols: Uint8Array, contexts: Uint8Array, count: number): number {
  const counts = new Uint32Array(count * 256);
  const totals = new Uint32Array(count);
  for (let i = 0; i < symbols.length; i++) {
    const context = contexts[i] as number;
    const k = (context << 8) | (symbols[i] as number);
    counts[k] = (counts[k] as number) + 1;
    totals[context] = (totals[context] as number) + 1;
  }
  let bits = 0;
  let used = 0;
  for (const n of counts)
    if (n > 0) {
      bits -= n * Math.log2(n);
      used++;
    }
  for (const n of totals) if (n > 0) bits += n * Math.log2(n);
  // Half the logarithm of the sample per parameter, the price of an unknown table (Rissanen 1984).
  return bits + (used / 2) * Math.log2(symbols.length);
}
