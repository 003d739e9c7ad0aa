import { dtypeBits, type Dtype } from '../dtype.ts';
import { decodeElements, unitBytes, unitNumbers } from './elements.ts';

/** Numbers in each block but the last. */
export const blockNumbers = 65_536;

/** Numbers in a tensor: two for a complex element, none in text. */
export function numberCount(dtype: Dtype, elements: number): number {
  if (dtypeBits[dtype] === 0) return 0;
  return dtype === 'c64' || dtype === 'c128' ? 2 * elements : elements;
}

/**
 * Cuts a tensor's bytes, which come in any pieces, into blocks of `blockNumbers` numbers, so that two
 * tensors of any dtypes can be read side by side. `last` gives what is over.
 */
export function numberBlocks(
  dtype: Dtype,
  elements: number,
): {
  readonly update: (bytes: Uint8Array) => Generator<Float64Array>;
  readonly last: () => Float64Array | undefined;
} {
  const unit = unitBytes(dtype);
  const blockBytes = (blockNumbers / Math.max(1, unitNumbers(dtype))) * unit;
  const rest = new Uint8Array(blockBytes);
  let filled = 0;
  let left = numberCount(dtype, elements);
  const decode = (bytes: Uint8Array): Float64Array => {
    const numbers = decodeElements(dtype, bytes).subarray(0, left);
    left -= numbers.length;
    return numbers;
  };
  return {
    *update(bytes) {
      let at = 0;
      if (filled > 0) {
        at = Math.min(bytes.length, blockBytes - filled);
        rest.set(bytes.subarray(0, at), filled);
        filled += at;
        if (filled < blockBytes) return;
        filled = 0;
        yield decode(rest);
      }
      for (; at + blockBytes <= bytes.length; at += blockBytes)
        yield decode(bytes.subarray(at, at + blockBytes));
      rest.set(bytes.subarray(at));
      filled = bytes.length - at;
    },
    last() {
      if (filled === 0) return undefined;
      // The last unit of a six-bit type may be cut short: what is there is padded with zero bits.
      const whole = Math.ceil(filled / unit) * unit;
      rest.fill(0, filled, whole);
      return decode(rest.subarray(0, whole));
    },
  };
}
