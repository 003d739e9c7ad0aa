import type { MaskedDerivation } from '../../core/delta/derivation.ts';
import { widthOf } from '../../core/delta/numbers.ts';
import type { ByteReader } from '../byteReader.ts';
import type { ByteWriter } from '../byteWriter.ts';
import { elementWords } from '../elementWords.ts';
import { decodeSymbols } from '../rans/decodeSymbols.ts';
import { encodeSymbols } from '../rans/encodeSymbols.ts';

/** Contexts of a map's bits: classes of the base's magnitude. */
const contextCount = 16;

/** Where an element of the chunk is 0 and one of the base is not. */
export function zeroedIn(
  dtype: MaskedDerivation['dtype'],
  bytes: Uint8Array,
  base: Uint8Array,
): Uint8Array {
  const [mine, theirs] = [magnitudes(dtype, bytes), magnitudes(dtype, base)];
  const low = dtype === 'f64' ? elementWords(bytes, 4) : undefined;
  return Uint8Array.from(mine, (size, i) =>
    size === 0 && (theirs[i] as number) !== 0 && (low?.[2 * i] ?? 0) === 0 ? 1 : 0,
  );
}

/**
 * A bit for each element, 1 where it is 0: coded symbols, the context from the base's magnitude. The
 * smallest class is all below 2^-6 of the largest zeroed number or so.
 */
export function putMap(
  out: ByteWriter,
  dtype: MaskedDerivation['dtype'],
  zeroed: Uint8Array,
  base: Uint8Array,
): void {
  const sizes = magnitudes(dtype, base);
  let largest = 0;
  for (let i = 0; i < zeroed.length; i++)
    if (zeroed[i] === 1 && (sizes[i] as number) > largest) largest = sizes[i] as number;
  const top = (largest >>> shiftOf(dtype)) + 2;
  out.varint(top);
  encodeSymbols(zeroed, contextsOf(sizes, shiftOf(dtype), top), contextCount, out);
}

/** @throws LineageError `codec-invalid`. */
export function takeMap(
  reader: ByteReader,
  dtype: MaskedDerivation['dtype'],
  base: Uint8Array,
): Uint8Array {
  const top = reader.varint();
  const sizes = magnitudes(dtype, base);
  const zeroed = decodeSymbols(reader, contextsOf(sizes, shiftOf(dtype), top), contextCount);
  for (const bit of zeroed) if (bit > 1) throw reader.invalid('a map has bits only');
  return zeroed;
}

function contextsOf(sizes: Uint32Array, shift: number, top: number): Uint8Array {
  const contexts = new Uint8Array(sizes.length);
  for (let i = 0; i < contexts.length; i++)
    contexts[i] = Math.min(contextCount - 1, Math.max(0, top - ((sizes[i] as number) >>> shift)));
  return contexts;
}

/** The bits of each whole element without its sign, at the top of 31; of 64 bits the upper half. */
function magnitudes(dtype: MaskedDerivation['dtype'], bytes: Uint8Array): Uint32Array {
  if (dtype !== 'f64')
    return elementWords(bytes, widthOf(dtype) as 2 | 4).map((word) => word & 0x7fffffff);
  const words = elementWords(bytes.subarray(0, bytes.length - (bytes.length % 8)), 4);
  return Uint32Array.from(
    { length: words.length / 2 },
    (_, i) => (words[2 * i + 1] as number) & 0x7fffffff,
  );
}

/** Keeps the exponent and the first bit behind it. */
function shiftOf(dtype: MaskedDerivation['dtype']): number {
  return { f64: 19, f32: 22, bf16: 22, f16: 25 }[dtype];
}
