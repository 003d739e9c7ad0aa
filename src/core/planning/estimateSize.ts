import { dtypeBits, type Dtype } from '../dtype.ts';
import { mantissaBits, type TensorSketch } from './tensorSketch.ts';

/** Bytes of an encoded chunk beside its values: header, tables. Measured; see the tests. */
const overheadBytes = 48;

/** Classes of magnitudes that a difference or a sum of one with an exponent can fall in. */
const classes = 512;
const counts = new Uint32Array(classes);
const shifted = new Uint32Array(classes);

/**
 * Estimated bytes of `tensor` stored as a delta to `base`, from their sketches alone; `tensor.bytes`
 * and a little more where nothing is gained. Infinite for tensors of different forms.
 *
 * Per element: the entropy of the difference's magnitude class, alone or with the base's exponent
 * added (which is what a coder that knows the exponent reaches), and the bits below the class as
 * they are.
 *
 * Source: ../shared measurements of token coders; bias of the entropy after Miller 1955.
 */
export function estimateDelta(tensor: TensorSketch, base: TensorSketch): number {
  if (tensor.form !== base.form) return Infinity;
  const n = Math.min(tensor.codes.length, base.codes.length);
  if (n === 0) return Infinity;
  const exponentShift = 2 ** (mantissaBits(tensor.dtype) ?? 31);
  counts.fill(0);
  shifted.fill(0);
  let below = 0;
  for (let i = 0; i < n; i++) {
    const from = base.codes[i] as number;
    const distance = Math.abs((tensor.codes[i] as number) - from);
    const size = distance === 0 ? 0 : 32 - Math.clz32(distance);
    // Sign and the bits under the leading one.
    if (size > 0) below += size;
    const exponent = Math.trunc(Math.abs(from) / exponentShift);
    counts[size] = (counts[size] as number) + 1;
    const place = size === 0 ? 0 : 1 + size + exponent;
    shifted[place] = (shifted[place] as number) + 1;
  }
  const classBits = Math.min(entropy(counts, n), entropy(shifted, n));
  return bytesOf(tensor, classBits + below / n + hiddenBits(tensor.dtype, below));
}

/**
 * Estimated bytes of a tensor stored by itself: coded exponents for floats, coded magnitudes for
 * integers.
 */
export function estimateAlone(tensor: TensorSketch): number {
  const n = tensor.codes.length;
  if (n === 0) return tensor.bytes;
  const mantissa = mantissaBits(tensor.dtype);
  counts.fill(0);
  let below = 0;
  let used = 0;
  for (const code of tensor.codes) {
    const magnitude = Math.abs(code);
    used |= code;
    const size = magnitude === 0 ? 0 : 32 - Math.clz32(magnitude);
    const place = mantissa === undefined ? size : Math.trunc(magnitude / 2 ** mantissa);
    counts[place] = (counts[place] as number) + 1;
    if (size > 0) below += mantissa === undefined ? size : 0;
  }
  // Trailing bits that are zero everywhere (a half kept as a float) cost nothing.
  const empty = used === 0 ? 32 : 31 - Math.clz32(used & -used);
  const bits =
    mantissa === undefined ? below / n : Math.max(0, mantissa - empty) + (used === 0 ? 0 : 1);
  return bytesOf(tensor, entropy(counts, n) + bits + hiddenBits(tensor.dtype, used));
}

/** Bits of an element that no sketch shows: the lower half of f64, unless all is equal. */
function hiddenBits(dtype: Dtype, changed: number): number {
  return dtype === 'f64' && changed !== 0 ? 29 : 0;
}

function bytesOf({ dtype, bytes }: TensorSketch, bitsPerElement: number): number {
  const estimated = (bytes * bitsPerElement) / dtypeBits[dtype] + overheadBytes;
  return Math.min(estimated, bytes);
}

/** Entropy in bits of counts that sum to `n`, corrected for the smallness of the sample. */
function entropy(table: Uint32Array, n: number): number {
  let sum = 0;
  let seen = 0;
  for (const count of table) {
    if (count === 0) continue;
    sum -= count * Math.log2(count / n);
    seen++;
  }
  return sum / n + (seen - 1) / (2 * n * Math.LN2);
}
