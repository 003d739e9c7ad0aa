import { zstdSize } from './packers.ts';
import { pairTensors } from './pairing.ts';
import { mustEqual, sumOver, type Peer, type PeerModel, type PeerTensor } from './peer.ts';
import { isShortFloat, widthOf } from './planes.ts';
import { LearntFrequencies, RangeDecoder, RangeEncoder } from './rangeCoder.ts';

/** Bits of floats as unsigned integers in the floats' own order. */
function orderedNumbers(bytes: Uint8Array, width: number): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const half = 2 ** (8 * width - 1);
  return Float64Array.from({ length: bytes.length / width }, (_, at) => {
    const word = width === 4 ? view.getUint32(4 * at, true) : view.getUint16(2 * at, true);
    return word >= half ? 2 * half - 1 - word : word + half;
  });
}

/** What `orderedNumbers` was given. */
function unordered(numbers: Float64Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(numbers.length * width);
  const view = new DataView(out.buffer);
  const half = 2 ** (8 * width - 1);
  numbers.forEach((number, at) => {
    const word = number >= half ? number - half : 2 * half - 1 - number;
    if (width === 4) view.setUint32(4 * at, word, true);
    else view.setUint16(2 * at, word, true);
  });
  return out;
}

/**
 * Floats of 2 or 4 bytes as differences to as many others: sign and place of the leading bit by learnt
 * frequencies, the bits below it as they are.
 */
export function encodeDifferences(
  child: Uint8Array,
  base: Uint8Array,
  width: number,
): Uint8Array<ArrayBuffer> {
  const from = orderedNumbers(base, width);
  const bits = 8 * width;
  const frequencies = new LearntFrequencies(2 * bits + 1);
  const out = new RangeEncoder();
  orderedNumbers(child, width).forEach((number, at) => {
    const difference = number - (from[at] ?? 0);
    const size = Math.abs(difference);
    const place = size === 0 ? -1 : Math.floor(Math.log2(size));
    out.encode(bits + Math.sign(difference) * (1 + place), frequencies);
    if (place > 0) out.bits(size - 2 ** place, place);
  });
  return out.finish();
}

/** What `encodeDifferences` was given as the child. */
export function decodeDifferences(
  encoded: Uint8Array,
  base: Uint8Array,
  width: number,
): Uint8Array<ArrayBuffer> {
  const bits = 8 * width;
  const frequencies = new LearntFrequencies(2 * bits + 1);
  const coder = new RangeDecoder(encoded);
  const numbers = orderedNumbers(base, width).map((number) => {
    const symbol = coder.decode(frequencies) - bits;
    if (symbol === 0) return number;
    const place = Math.abs(symbol) - 1;
    return number + Math.sign(symbol) * (2 ** place + (place > 0 ? coder.bits(place) : 0));
  });
  return unordered(numbers, width);
}

/** Bytes of a model as differences to another; tensors without a base as they are. */
function deltaSize(model: PeerModel, parent: PeerModel): number {
  const bases = pairTensors(model, parent);
  const paired = model.tensors.filter((tensor) => bases.has(tensor) && isShortFloat(tensor));
  const whole = model.tensors.filter((tensor) => !paired.includes(tensor));
  const joined = (some: readonly (PeerTensor | undefined)[]) =>
    new Uint8Array(Buffer.concat(some.map((tensor) => tensor?.bytes ?? Buffer.of())));
  const sizes = [2, 4].map((width) => {
    const some = paired.filter((tensor) => widthOf(tensor) === width);
    const [child, base] = [joined(some), joined(some.map((tensor) => bases.get(tensor)))];
    if (child.length === 0) return 0;
    const encoded = encodeDifferences(child, base, width);
    mustEqual(decodeDifferences(encoded, base, width), child, 'FM-Delta');
    return encoded.length;
  });
  return sizes.reduce((sum, size) => sum + size, joined(whole).length);
}

/** A model with a parent as differences to it, others uncompressed, as published. */
export const fmDelta: Peer = {
  name: 'FM-Delta',
  kind: 'exact float deltas',
  source:
    'W. Ning et al., NeurIPS 2024: differences of the bits as unsigned integers, range-coded place of the ' +
    'leading bit, raw bits below; models without a parent and tensors without a base uncompressed. Here ' +
    'all tensors of a model are one run; the rest of a file by zstd',
  tools: ['zstd'],
  size: (models) =>
    sumOver(models, async (model) => {
      const raw = model.tensors.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const deltas = model.parents.map((parent) => deltaSize(model, parent));
      return Math.min(raw, ...deltas) + (await zstdSize(model.rest));
    }),
};
