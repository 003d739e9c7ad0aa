import { dtypeBits, type Dtype } from '../dtype.ts';
import { mantissaBits, type TensorSketch } from './tensorSketch.ts';

/** Bytes of an encoded chunk beside its values: header, tables. Measured; see the tests. */
const overheadBytes = 48;

/** Most classes: of a magnitude of 32 bits, with an exponent of eight added. */
const mostClasses = 320;

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
  sizes.clear();
  places.clear();
  let below = 0;
  for (let i = 0; i < n; i++) {
    const from = base.codes[i] as number;
    const distance = Math.abs((tensor.codes[i] as number) - from);
    const size = distance === 0 ? 0 : 32 - Math.clz32(distance);
    // Sign and the bits under the leading one.
    if (size > 0) below += size;
    const exponent = Math.trunc(Math.abs(from) / exponentShift);
    sizes.add(size);
    places.add(size === 0 ? 0 : 1 + size + exponent);
  }
  const classBits = Math.min(sizes.entropy(n), places.entropy(n));
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
  sizes.clear();
  let below = 0;
  let used = 0;
  for (const code of tensor.codes) {
    const magnitude = Math.abs(code);
    used |= code;
    const size = magnitude === 0 ? 0 : 32 - Math.clz32(magnitude);
    sizes.add(mantissa === undefined ? size : Math.trunc(magnitude / 2 ** mantissa));
    if (size > 0) below += mantissa === undefined ? size : 0;
  }
  // Trailing bits that are zero everywhere (a half kept as a float) cost nothing.
  const empty = used === 0 ? 32 : 31 - Math.clz32(used & -used);
  const bits =
    mantissa === undefined ? below / n : Math.max(0, mantissa - empty) + (used === 0 ? 0 : 1);
  return bytesOf(tensor, sizes.entropy(n) + bits + hiddenBits(tensor.dtype, used));
}

/** Bits of an element that no sketch shows: the lower half of f64, unless all is equal. */
function hiddenBits(dtype: Dtype, changed: number): number {
  return dtype === 'f64' && changed !== 0 ? 29 : 0;
}

function bytesOf({ dtype, bytes }: TensorSketch, bitsPerElement: number): number {
  const estimated = (bytes * bitsPerElement) / dtypeBits[dtype] + overheadBytes;
  return Math.min(estimated, bytes);
}

/** How often each class was seen. */
class Histogram {
  readonly #counts = new Uint32Array(mostClasses);
  #low = 0;
  #high = 0;

  clear(): void {
    this.#counts.fill(0, this.#low, this.#high + 1);
    this.#low = mostClasses - 1;
    this.#high = 0;
  }

  add(value: number): void {
    this.#counts[value] = (this.#counts[value] as number) + 1;
    if (value < this.#low) this.#low = value;
    if (value > this.#high) this.#high = value;
  }

  /** Bits for each of the `n` seen, corrected for the smallness of the sample. */
  entropy(n: number): number {
    let sum = 0;
    let seen = 0;
    for (let value = this.#low; value <= this.#high; value++) {
      const count = this.#counts[value] as number;
      if (count === 0) continue;
      sum -= count * Math.log2(count / n);
      seen++;
    }
    return sum / n + (seen - 1) / (2 * n * Math.LN2);
  }
}

const sizes = new Histogram();
const places = new Histogram();
