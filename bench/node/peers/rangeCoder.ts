const top = 2 ** 24;
const word = 2 ** 32;

/**
 * Frequencies of symbols that both sides learn: all start at 1, each symbol seen adds 32, and all are
 * halved before their sum reaches 2^16.
 */
export class LearntFrequencies {
  readonly #counts: Uint32Array;
  #total: number;

  constructor(symbols: number) {
    this.#counts = new Uint32Array(symbols).fill(1);
    this.#total = symbols;
  }

  get total(): number {
    return this.#total;
  }

  /** Where the share of a symbol begins, and how large it is. */
  rangeOf(symbol: number): readonly [start: number, size: number] {
    let start = 0;
    for (let before = 0; before < symbol; before++) start += this.#counts[before] ?? 0;
    return [start, this.#counts[symbol] ?? 0];
  }

  /** The symbol whose share a value below `total` is in. */
  symbolAt(value: number): number {
    let symbol = 0;
    let end = this.#counts[0] ?? 0;
    while (end <= value) end += this.#counts[++symbol] ?? 1;
    return symbol;
  }

  learn(symbol: number): void {
    this.#counts[symbol] = (this.#counts[symbol] ?? 0) + 32;
    this.#total += 32;
    if (this.#total < 2 ** 16) return;
    this.#total = 0;
    this.#counts.forEach((count, at) => {
      this.#counts[at] = (count >>> 1) | 1;
      this.#total += (count >>> 1) | 1;
    });
  }
}

/** Writes symbols by their frequencies, and bits. After G. N. N. Martin, "Range encoding", 1979. */
export class RangeEncoder {
  readonly #out: number[] = [];
  #low = 0;
  #range = word - 1;
  /** A byte that a carry may still change, and bytes 255 after it that it would. */
  #held = -1;
  #full = 0;

  encode(symbol: number, frequencies: LearntFrequencies): void {
    const [start, size] = frequencies.rangeOf(symbol);
    this.#narrow(start, size, frequencies.total);
    frequencies.learn(symbol);
  }

  /** `value`, below 2^count, in `count` bits, at most 32. */
  bits(value: number, count: number): void {
    const low = Math.min(16, count);
    if (count > low) this.#narrow(Math.floor(value / 2 ** low), 1, 2 ** (count - low));
    this.#narrow(value % 2 ** low, 1, 2 ** low);
  }

  finish(): Uint8Array<ArrayBuffer> {
    for (let byte = 0; byte < 5; byte++) this.#shift();
    return Uint8Array.from(this.#out);
  }

  #narrow(start: number, size: number, total: number): void {
    const unit = Math.floor(this.#range / total);
    this.#low += unit * start;
    this.#range = unit * size;
    while (this.#range < top) {
      this.#range *= 256;
      this.#shift();
    }
  }

  #shift(): void {
    const carry = this.#low >= word ? 1 : 0;
    const next = Math.floor(this.#low / top) % 256;
    if (carry === 1 || next !== 255) {
      if (this.#held >= 0) this.#out.push((this.#held + carry) & 255);
      for (; this.#full > 0; this.#full--) this.#out.push((255 + carry) & 255);
      this.#held = next;
    } else this.#full += 1;
    this.#low = (this.#low % top) * 256;
  }
}

/** Reads what a `RangeEncoder` wrote, in the same order. */
export class RangeDecoder {
  readonly #bytes: Uint8Array;
  #at = 0;
  #code = 0;
  #range = word - 1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    for (let byte = 0; byte < 4; byte++) this.#code = this.#code * 256 + this.#next();
  }

  decode(frequencies: LearntFrequencies): number {
    const { total } = frequencies;
    const unit = Math.floor(this.#range / total);
    const symbol = frequencies.symbolAt(Math.min(total - 1, Math.floor(this.#code / unit)));
    this.#narrow(unit, ...frequencies.rangeOf(symbol));
    frequencies.learn(symbol);
    return symbol;
  }

  bits(count: number): number {
    const low = Math.min(16, count);
    const high = count > low ? this.#part(2 ** (count - low)) : 0;
    return high * 2 ** low + this.#part(2 ** low);
  }

  #part(total: number): number {
    const unit = Math.floor(this.#range / total);
    const part = Math.floor(this.#code / unit);
    this.#narrow(unit, part, 1);
    return part;
  }

  #narrow(unit: number, start: number, size: number): void {
    this.#code -= unit * start;
    this.#range = unit * size;
    while (this.#range < top) {
      this.#range *= 256;
      this.#code = this.#code * 256 + this.#next();
    }
  }

  #next(): number {
    return this.#bytes[this.#at++] ?? 0;
  }
}
