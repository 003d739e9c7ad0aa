import type { ChunkElement } from '../../core/ports/chunkCodec.ts';
import { estimatedBits } from '../kernels/estimatedBits.ts';
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
  let least = estimatedBits(
    someSymbols,
    contextsOf(someKeys, element.float, best),
    1,
    someSymbols.length,
  );
  for (const shift of shiftsFor(element))
    for (const count of [4, 16]) {
      const context = { shift, top: topFor(someKeys, element.float, shift), count };
      const bits = estimatedBits(
        someSymbols,
        contextsOf(someKeys, element.float, context),
        count,
        someSymbols.length,
      );
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
