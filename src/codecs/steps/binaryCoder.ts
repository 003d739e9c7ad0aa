import type { ByteReader } from '../byteReader.ts';

/** A range of 2^24 and more is refilled by whole bytes. */
const refill = 2 ** 24;
/** Where a probability may move from: 65,536 would be certain. */
const one = 65_536;
/** By how often a bit was seen: the power of two that its estimates move by, until they reach their own. */
const fastest = 5;
const slowest = 8;
const seenMost = 127;

/**
 * What is known of bits of one kind: two estimates of the probability of 0, in 1/65536, one that follows
 * fast and one that follows slowly; their mean is used. Both begin at a half and take the first bits at
 * full weight. Integers only: every machine comes to the same.
 */
export interface BitModels {
  readonly fast: Uint16Array;
  readonly slow: Uint16Array;
  readonly seen: Uint8Array;
}

export function bitModels(count: number): BitModels {
  return {
    fast: new Uint16Array(count).fill(one / 2),
    slow: new Uint16Array(count).fill(one / 2),
    seen: new Uint8Array(count),
  };
}

/** Moves the estimates of model `k` to the bit. */
function learn({ fast, slow, seen }: BitModels, k: number, bit: number): void {
  const count = seen[k] as number;
  const by = 32 - Math.clz32(count + 1);
  if (count < seenMost) seen[k] = count + 1;
  const quick = by < fastest ? by : fastest;
  const steady = by < slowest ? by : slowest;
  const a = fast[k] as number;
  const b = slow[k] as number;
  fast[k] = bit === 0 ? a + ((one - a) >> quick) : a - (a >> quick);
  slow[k] = bit === 0 ? b + ((one - b) >> steady) : b - (b >> steady);
}

/**
 * Writes bits by a binary range coder with adaptive probabilities.
 *
 * Source: G. N. N. Martin, Range encoding, 1979; carries as in I. Pavlov's LZMA (its specification, 9.20).
 */
export class BinaryEncoder {
  readonly #models: BitModels;
  #out = new Uint8Array(1024);
  #length = 0;
  /** Below 2^33: a carry stands in bit 32. */
  #low = 0;
  #range = 0xffffffff;
  #held = -1;
  #waiting = 0;

  constructor(models: BitModels) {
    this.#models = models;
  }

  /** Writes a bit of kind `k`. */
  bit(k: number, bit: number): void {
    const models = this.#models;
    const p = ((models.fast[k] as number) + (models.slow[k] as number)) >>> 1;
    const bound = Math.imul(this.#range >>> 16, p) >>> 0;
    if (bit === 0) this.#range = bound;
    else {
      this.#low += bound;
      this.#range = (this.#range - bound) >>> 0;
    }
    learn(models, k, bit);
    while (this.#range < refill) this.#shift();
  }

  /** Writes the lowest `count` bits of `value`, highest first, 0 and 1 as likely. */
  plain(value: number, count: number): void {
    for (let at = count - 1; at >= 0; at--) {
      this.#range >>>= 1;
      if ((value >>> at) & 1) this.#low += this.#range;
      while (this.#range < refill) this.#shift();
    }
  }

  /** Everything written, without zeros at the end; owned by the caller. */
  finish(): Uint8Array<ArrayBuffer> {
    for (let k = 0; k < 5; k++) this.#shift();
    let end = this.#length;
    while (end > 0 && this.#out[end - 1] === 0) end--;
    return this.#out.slice(0, end);
  }

  #shift(): void {
    // All ones may still become zeros by a carry: they wait.
    if (this.#low < 0xff000000 || this.#low >= 2 ** 32) {
      const carry = this.#low >= 2 ** 32 ? 1 : 0;
      if (this.#held >= 0) this.#put(this.#held + carry);
      for (; this.#waiting > 0; this.#waiting--) this.#put(0xff + carry);
      this.#held = (this.#low >>> 24) & 0xff;
    } else this.#waiting++;
    this.#low = (this.#low & 0x00ffffff) * 256;
    this.#range = (this.#range << 8) >>> 0;
  }

  #put(byte: number): void {
    if (this.#length === this.#out.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#out);
      this.#out = larger;
    }
    this.#out[this.#length++] = byte;
  }
}

/** Reads what `BinaryEncoder` wrote; past the end it reads zeros, which `finish` finds. */
export class BinaryDecoder {
  readonly #models: BitModels;
  readonly #bytes: Uint8Array;
  #at = 4;
  #code: number;
  #range = 0xffffffff;

  constructor(models: BitModels, bytes: Uint8Array) {
    this.#models = models;
    this.#bytes = bytes;
    let code = 0;
    for (let k = 0; k < 4; k++) code = code * 256 + (bytes[k] ?? 0);
    this.#code = code;
  }

  /** The next bit, of kind `k`. */
  bit(k: number): 0 | 1 {
    const models = this.#models;
    const p = ((models.fast[k] as number) + (models.slow[k] as number)) >>> 1;
    const bound = Math.imul(this.#range >>> 16, p) >>> 0;
    let bit: 0 | 1 = 0;
    if (this.#code < bound) this.#range = bound;
    else {
      bit = 1;
      this.#code = (this.#code - bound) >>> 0;
      this.#range = (this.#range - bound) >>> 0;
    }
    learn(models, k, bit);
    while (this.#range < refill) this.#shift();
    return bit;
  }

  /** `count` bits, at most 32, that were written plain. */
  plain(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left--) {
      this.#range >>>= 1;
      const bit = this.#code < this.#range ? 0 : 1;
      if (bit === 1) this.#code = (this.#code - this.#range) >>> 0;
      value = (value << 1) | bit;
      while (this.#range < refill) this.#shift();
    }
    return value >>> 0;
  }

  /** To be called after the last bit. @throws LineageError `codec-invalid` unless all bytes were needed. */
  finish(reader: ByteReader): void {
    if (this.#code !== 0 || this.#at < this.#bytes.length)
      throw reader.invalid('the coded steps do not end where they should');
  }

  #shift(): void {
    this.#code = ((this.#code << 8) | (this.#bytes[this.#at++] ?? 0)) >>> 0;
    this.#range = (this.#range << 8) >>> 0;
  }
}
