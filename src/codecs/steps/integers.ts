import type { ByteReader } from '../byteReader.ts';
import { BinaryDecoder, BinaryEncoder, bitModels } from './binaryCoder.ts';

/*
 * Rows of whole numbers, most of them near 0, as bits whose probabilities are learnt by context: how large
 * the numbers around are, and which signs they have. Specified in docs/storage-format.md, "Codec 8: steps".
 *
 * Source: the binarisation follows DeepCABAC (S. Wiedemann and others, arXiv 1907.11900), with classes by
 * powers of two instead of its unary codes.
 */

/** Numbers that are left out together when all of them are 0. */
const blockSize = 64;
/** Classes of magnitude: ⌊log2 m⌋ of 1 ≤ m < 2^31. */
const classes = 31;
const activities = 16;
/** Leading bits below a number's highest that are learnt; the others are as likely 0 as 1. */
const learntBits = 3;

/* Places of the models in one table. */
const zeroBlock = 0;
const zero = zeroBlock + 4;
const sign = zero + activities;
const size = sign + 27;
const mantissa = size + activities * classes;
const modelCount = mantissa + classes * 2 ** learntBits;

/** How large the numbers around are, 0 to 15, from a weighted sum of their magnitudes. */
function activityOf(sum: number): number {
  if (sum < 4) return sum;
  const exponent = 31 - Math.clz32(sum);
  const level = 2 * exponent + ((sum >>> (exponent - 1)) & 1);
  return level > 15 ? 15 : level;
}

/** Magnitudes are cut off for contexts, so that their sums stay small. */
const magnitude = (q: number): number => (q < 0 ? (q < -255 ? 255 : -q) : q > 255 ? 255 : q);
const signOf = (q: number): number => (q === 0 ? 0 : q > 0 ? 1 : 2);

/**
 * What stands around number `i`: `activity + 16 · signs` of the numbers beside it and in the row above; 0 is
 * read where there is none. One number, since an object for each would cost more than its coding.
 */
function around(integers: Int32Array, row: number, i: number): number {
  const left = i > 0 ? (integers[i - 1] as number) : 0;
  const before = i > 1 ? (integers[i - 2] as number) : 0;
  if (row === 0) return activityOf(2 * magnitude(left) + magnitude(before)) + 16 * signOf(left);
  const above = i >= row ? (integers[i - row] as number) : 0;
  const aboveLeft = i > row ? (integers[i - row - 1] as number) : 0;
  const aboveRight = i >= row ? (integers[i - row + 1] as number) : 0;
  const sum = 2 * (magnitude(left) + magnitude(above)) + magnitude(before) + magnitude(aboveRight);
  return activityOf(sum >>> 1) + 16 * (signOf(left) + 3 * signOf(above) + 9 * signOf(aboveLeft));
}

/** @param row - numbers in a row, whose columns are alike; 0 where there are no rows. */
export function encodeIntegers(integers: Int32Array, row: number): Uint8Array<ArrayBuffer> {
  const coder = new BinaryEncoder(bitModels(modelCount));
  let history = 0;
  for (let from = 0; from < integers.length; from += blockSize) {
    const to = Math.min(from + blockSize, integers.length);
    const empty = isEmpty(integers, from, to) ? 0 : 1;
    coder.bit(zeroBlock + history, empty);
    history = ((history << 1) | empty) & 3;
    if (empty === 0) continue;
    for (let i = from; i < to; i++) {
      const context = around(integers, row, i);
      encodeOne(coder, integers[i] as number, context & 15, context >>> 4);
    }
  }
  return coder.finish();
}

function isEmpty(integers: Int32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (integers[i] !== 0) return false;
  return true;
}

function encodeOne(coder: BinaryEncoder, q: number, activity: number, signs: number): void {
  coder.bit(zero + activity, q === 0 ? 0 : 1);
  if (q === 0) return;
  coder.bit(sign + signs, q < 0 ? 1 : 0);
  const m = Math.abs(q);
  const top = 31 - Math.clz32(m);
  const sizes = size + activity * classes;
  for (let k = 0; k < top; k++) coder.bit(sizes + k, 1);
  if (top < classes - 1) coder.bit(sizes + top, 0);
  const learnt = Math.min(top, learntBits);
  const tree = mantissa + top * 2 ** learntBits;
  let node = 1;
  for (let k = 1; k <= learnt; k++) {
    const bit = (m >>> (top - k)) & 1;
    coder.bit(tree + node, bit);
    node = 2 * node + bit;
  }
  coder.plain(m, top - learnt);
}

/**
 * Reads what `encodeIntegers` wrote.
 *
 * @throws LineageError `codec-invalid`.
 */
export function decodeIntegers(
  reader: ByteReader,
  bytes: Uint8Array,
  count: number,
  row: number,
): Int32Array {
  const integers = new Int32Array(count);
  const coder = new BinaryDecoder(bitModels(modelCount), bytes);
  let history = 0;
  for (let from = 0; from < count; from += blockSize) {
    const to = Math.min(from + blockSize, count);
    const empty = coder.bit(zeroBlock + history);
    history = ((history << 1) | empty) & 3;
    if (empty === 0) continue;
    for (let i = from; i < to; i++) {
      const context = around(integers, row, i);
      integers[i] = decodeOne(coder, context & 15, context >>> 4);
    }
  }
  coder.finish(reader);
  return integers;
}

function decodeOne(coder: BinaryDecoder, activity: number, signs: number): number {
  if (coder.bit(zero + activity) === 0) return 0;
  const negative = coder.bit(sign + signs);
  const sizes = size + activity * classes;
  let top = 0;
  while (top < classes - 1 && coder.bit(sizes + top) === 1) top++;
  const learnt = Math.min(top, learntBits);
  const tree = mantissa + top * 2 ** learntBits;
  let node = 1;
  for (let k = 0; k < learnt; k++) node = 2 * node + coder.bit(tree + node);
  const plain = top - learnt;
  // The leading 1 stands in for the node's own: 1 followed by the bits learnt.
  const m = (node << plain) | coder.plain(plain);
  return negative === 1 ? -m : m;
}
