import type { PeerModel, PeerTensor } from './peers/peer.ts';
import { pairTensors } from './peers/pairing.ts';
import { isShortFloat, widthOf } from './peers/planes.ts';

/**
 * What an ideal coder of order 0 would need for all different tensors of models, in bytes, tables not
 * counted: of each the smallest of by itself (entropy of sign and exponent, the other bits as they are;
 * of bytes, where no float), and as the difference to its base in a parent, as an integer of the floats'
 * order (entropy of the leading four bits given the base's exponent, the other bits as they are).
 *
 * A bound for coders of that model and with these parents as bases, not for all: one that knows which
 * tensors are transposed, cast, sums or zeros elsewhere can be below.
 */
export function entropyBound(models: readonly PeerModel[]): number {
  const seen = new Set<string>();
  let total = 0;
  for (const model of models) {
    const bases = model.parents.map((parent) => pairTensors(model, parent));
    for (const tensor of model.tensors) {
      if (seen.has(tensor.key)) continue;
      seen.add(tensor.key);
      const deltas = bases.flatMap((pairs) => {
        const base = pairs.get(tensor);
        return base === undefined ? [] : [differenceBits(tensor, base)];
      });
      total += Math.min(aloneBits(tensor), ...deltas) / 8;
    }
  }
  return Math.ceil(total);
}

/** How often each symbol occurs after each context. */
class Counts {
  readonly #contexts = new Map<number, Map<number, number>>();

  add(context: number, symbol: number): void {
    const symbols = this.#contexts.get(context) ?? new Map<number, number>();
    symbols.set(symbol, (symbols.get(symbol) ?? 0) + 1);
    this.#contexts.set(context, symbols);
  }

  /** Bits of all symbols together. */
  bits(): number {
    let bits = 0;
    for (const symbols of this.#contexts.values()) {
      let all = 0;
      for (const count of symbols.values()) all += count;
      for (const count of symbols.values()) bits -= count * Math.log2(count / all);
    }
    return bits;
  }
}

/** The elements' bits, at the top of 32-bit words; bytes where an element is no short float. */
function wordsOf(tensor: PeerTensor): { words: Uint32Array; bits: number } {
  const width = isShortFloat(tensor) ? widthOf(tensor) : 1;
  const { bytes } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = Uint32Array.from({ length: Math.floor(bytes.length / width) }, (_, at) => {
    if (width === 4) return view.getUint32(4 * at, true);
    return width === 2 ? view.getUint16(2 * at, true) << 16 : view.getUint8(at) << 24;
  });
  return { words, bits: 8 * width };
}

/** Where the exponent begins in a word, for each type. */
const exponentShift = (tensor: PeerTensor): number => (tensor.dtype === 'f16' ? 26 : 23);

function aloneBits(tensor: PeerTensor): number {
  const { words, bits } = wordsOf(tensor);
  const shift = bits === 8 ? 24 : exponentShift(tensor);
  const counts = new Counts();
  // Zeros have no other bits to tell.
  let others = 0;
  for (const word of words) {
    counts.add(0, word === 0 ? -1 : word >>> shift);
    if (word !== 0) others += shift - (32 - bits);
  }
  return counts.bits() + others;
}

/** The number whose order is that of the floats. */
const ordered = (word: number, float: boolean): number =>
  float && word >>> 31 === 1 ? -(word & 0x7fffffff) - 1 : word >>> 0;

function differenceBits(tensor: PeerTensor, base: PeerTensor): number {
  const { words, bits } = wordsOf(tensor);
  const { words: from } = wordsOf(base);
  const float = isShortFloat(tensor);
  const unit = 2 ** (32 - bits);
  const counts = new Counts();
  let others = 0;
  words.forEach((word, at) => {
    const before = from[at] ?? 0;
    const difference = (ordered(word, float) - ordered(before, float)) / unit;
    const size = Math.abs(difference);
    const below = size < 8 ? 0 : Math.floor(Math.log2(size)) - 3;
    const symbol = Math.sign(difference) * (16 * below + Math.floor(size / 2 ** below));
    counts.add(float ? (before & 0x7fffffff) >>> exponentShift(tensor) : 0, symbol);
    others += below;
  });
  return counts.bits() + others;
}
