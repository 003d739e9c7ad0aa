import { byteReader } from '../../codecs/byteReader.ts';
import { byteWriter } from '../../codecs/byteWriter.ts';

/** Fewest bytes worth a copy. */
const leastCopy = 8;
const hashBits = 16;
const none = -1;

/**
 * `bytes` as copies from `base` and what lies between them; docs/storage-format.md gives the layout.
 * Greedy: where the last copy would go on is tried before what the hash table says.
 */
export function encodePatch(base: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const places = placesOf(base);
  const steps = byteWriter();
  const literals = byteWriter();
  let stepCount = 0;
  let literalFrom = 0;
  let expected = 0;
  let at = 0;
  while (at + leastCopy <= bytes.length) {
    // After a gap of equal length on both sides, the copy goes on where it would have.
    const onward = expected + at - literalFrom;
    const known = places[hashAt(bytes, at)] ?? none;
    let from = onward;
    let length = matchLength(base, onward, bytes, at);
    if (length < leastCopy && known !== none) {
      from = known;
      length = matchLength(base, known, bytes, at);
    }
    if (length < leastCopy) {
      at++;
      continue;
    }
    while (at > literalFrom && from > 0 && bytes[at - 1] === base[from - 1]) {
      at--;
      from--;
      length++;
    }
    steps.varint(at - literalFrom);
    steps.varint(length);
    steps.varint(signed(from - expected));
    stepCount++;
    literals.bytes(bytes.subarray(literalFrom, at));
    at += length;
    literalFrom = at;
    expected = from + length;
  }
  literals.bytes(bytes.subarray(literalFrom));
  const out = byteWriter();
  out.varint(stepCount);
  out.bytes(steps.finish());
  out.bytes(literals.finish());
  return out.finish();
}

/**
 * What `encodePatch` was given.
 *
 * @param length - of the result.
 * @throws LineageError `codec-invalid` for a patch that does not fit; allocates `length` bytes.
 */
export function applyPatch(
  base: Uint8Array,
  patch: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  const reader = byteReader(patch, 'patch');
  const steps = Array.from({ length: stepsIn(reader) }, () => ({
    literals: reader.varint(),
    copied: reader.varint(),
    jump: reader.varint(),
  }));
  const bytes = new Uint8Array(length);
  let at = 0;
  let from = 0;
  for (const { literals, copied, jump } of steps) {
    if (literals + copied > length - at) throw reader.invalid('the patch is too long');
    bytes.set(reader.take(literals), at);
    at += literals;
    from += jump % 2 === 0 ? jump / 2 : -(jump + 1) / 2;
    if (from < 0 || from + copied > base.length) throw reader.invalid('a copy is out of range');
    bytes.set(base.subarray(from, from + copied), at);
    at += copied;
    from += copied;
  }
  if (reader.left() !== length - at) throw reader.invalid('the patch has another length');
  bytes.set(reader.take(length - at), at);
  return bytes;
}

/** A number of steps that the bytes left can hold: each takes three at least. */
function stepsIn(reader: ReturnType<typeof byteReader>): number {
  const steps = reader.varint();
  if (3 * steps > reader.left()) throw reader.invalid('the data is cut off');
  return steps;
}

/** The last place of each hash of `leastCopy` bytes. */
function placesOf(base: Uint8Array): Int32Array {
  const places = new Int32Array(1 << hashBits).fill(none);
  for (let at = 0; at + leastCopy <= base.length; at++) places[hashAt(base, at)] = at;
  return places;
}

function hashAt(bytes: Uint8Array, at: number): number {
  const word = (place: number) =>
    (bytes[place] ?? 0) |
    ((bytes[place + 1] ?? 0) << 8) |
    ((bytes[place + 2] ?? 0) << 16) |
    ((bytes[place + 3] ?? 0) << 24);
  const mixed = Math.imul(word(at), 0x9e3779b1) ^ Math.imul(word(at + 4), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> (32 - hashBits);
}

function matchLength(base: Uint8Array, from: number, bytes: Uint8Array, at: number): number {
  if (from < 0) return 0;
  const most = Math.min(base.length - from, bytes.length - at);
  let length = 0;
  while (length < most && base[from + length] === bytes[at + length]) length++;
  return length;
}

/** A whole number as one that is not negative: 0, −1, 1, −2 … as 0, 1, 2, 3 … */
function signed(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
