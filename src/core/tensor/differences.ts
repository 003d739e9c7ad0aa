import type { Dtype } from '../dtype.ts';
import type { TensorDifference } from '../diffViews.ts';

/** What one reading of two tensors side by side tells. */
export type DifferenceMoments = Omit<TensorDifference, 'pair'>;

/** Rounding to a type: half a unit in the last place, relative, and at its smallest. */
const roundings: Readonly<Partial<Record<Dtype, readonly [relative: number, least: number]>>> = {
  f32: [1.0001 * 2 ** -24, 2 ** -150],
  f16: [1.0001 * 2 ** -11, 2 ** -25],
  bf16: [1.0001 * 2 ** -9, 2 ** -134],
  f8e4m3fn: [2 ** -4, 2 ** -10],
  f8e5m2: [2 ** -3, 2 ** -17],
};

/**
 * Accumulates how two tensors of as many elements differ, given block by block. All in float64 and
 * scaled by the largest magnitude, so that squares of huge and of tiny values neither overflow nor
 * vanish. Elements that are not finite on either side are counted, and left out of all sums.
 *
 * @param dtypes - of the two; the coarser one tells what rounding alone can change.
 */
export class DifferenceSums {
  readonly #rounding: readonly [number, number] | undefined;
  readonly #coarser: Dtype | undefined;
  #seen = 0;
  #finite = 0;
  #differing = 0;
  #beyondRounding = 0;
  #signFlips = 0;
  #largest = 0;
  #largestAt = 0;
  #least = Infinity;
  #most = -Infinity;
  #sum = 0;
  /** Largest magnitude of either side, and the sums of a², b² and ab over its square. */
  #scale = 0;
  #aa = 0;
  #bb = 0;
  #ab = 0;
  /** Sum of (b − a)² over `#largest`². */
  #dd = 0;

  constructor(dtypes: readonly [Dtype, Dtype]) {
    if (dtypes[0] === dtypes[1]) return;
    const known = dtypes.filter((dtype) => roundings[dtype] !== undefined);
    this.#coarser = known.sort((p, q) => (roundings[q]?.[0] ?? 0) - (roundings[p]?.[0] ?? 0))[0];
    this.#rounding = this.#coarser && roundings[this.#coarser];
  }

  /** @param a - as long as `b`. */
  update(a: Float64Array, b: Float64Array): void {
    const block = this.#count(a, b);
    this.#rescale(block.scale, block.largest, block.at);
    const byScale = 1 / asScale(this.#scale);
    const byLargest = 1 / asScale(this.#largest);
    let [aa, bb, ab, dd] = [0, 0, 0, 0];
    for (let i = 0; i < b.length; i++) {
      const [x, y] = [a[i] as number, b[i] as number];
      if (x - x !== 0 || y - y !== 0) continue;
      const [p, q, d] = [x * byScale, y * byScale, (y - x) * byLargest];
      aa += p * p;
      bb += q * q;
      ab += p * q;
      dd += d * d;
    }
    this.#aa += aa;
    this.#bb += bb;
    this.#ab += ab;
    this.#dd += dd;
    this.#seen += b.length;
  }

  /** Counts, and finds the extremes that the sums are scaled by. */
  #count(a: Float64Array, b: Float64Array) {
    // Locals: private fields are slow in a loop over every element.
    let [scale, largest, at, sum, finite, differing, beyond, flips] = [0, 0, 0, 0, 0, 0, 0, 0];
    let [least, most] = [this.#least, this.#most];
    const [relative, absolute] = this.#rounding ?? [0, 0];
    for (let i = 0; i < b.length; i++) {
      const [x, y] = [a[i] as number, b[i] as number];
      if (x !== y && (x === x || y === y)) differing++;
      if (x - x !== 0 || y - y !== 0) continue;
      finite++;
      const d = y - x;
      const size = Math.abs(d);
      scale = Math.max(scale, Math.abs(x), Math.abs(y));
      if (size > largest) {
        largest = size;
        at = this.#seen + i;
      }
      if (Math.sign(x) * Math.sign(y) < 0) flips++;
      least = Math.min(least, d);
      most = Math.max(most, d);
      sum += d;
      if (size > relative * Math.abs(x) + absolute) beyond++;
    }
    this.#finite += finite;
    this.#differing += differing;
    this.#beyondRounding += beyond;
    this.#signFlips += flips;
    this.#least = least;
    this.#most = most;
    this.#sum += sum;
    return { scale, largest, at };
  }

  #rescale(scale: number, largest: number, at: number): void {
    if (scale > this.#scale) {
      const by = (asScale(this.#scale) / asScale(scale)) ** 2;
      this.#aa *= by;
      this.#bb *= by;
      this.#ab *= by;
      this.#scale = scale;
    }
    if (largest > this.#largest) {
      this.#dd *= (asScale(this.#largest) / asScale(largest)) ** 2;
      this.#largest = largest;
      this.#largestAt = at;
    }
  }

  result(): DifferenceMoments {
    const normA = asScale(this.#scale) * Math.sqrt(this.#aa);
    const normB = asScale(this.#scale) * Math.sqrt(this.#bb);
    const norm = asScale(this.#largest) * Math.sqrt(this.#dd);
    const numbers = {
      elements: this.#seen,
      differing: this.#differing,
      normA,
      normB,
      norm,
      relative: normA === 0 ? NaN : norm / normA,
      cosine: this.#ab / Math.sqrt(this.#aa * this.#bb),
      largest: this.#largest,
      largestAt: this.#largestAt,
      meanChange: this.#finite === 0 ? NaN : this.#sum / this.#finite,
      signFlips: this.#signFlips,
      notFinite: this.#seen - this.#finite,
    };
    return { ...numbers, looksLike: this.#words(numbers) };
  }

  #words(found: Omit<DifferenceMoments, 'looksLike'>): string {
    if (found.differing === 0) return 'equal';
    if (found.notFinite === found.elements) return 'not finite';
    if (this.#coarser !== undefined && this.#beyondRounding === 0)
      return `equal after rounding to ${this.#coarser}`;
    return this.#rule(found) ?? changeWords(found);
  }

  /** One shift or one factor for all elements; undefined where it is neither. */
  #rule({ elements, largest, meanChange }: Omit<DifferenceMoments, 'looksLike'>) {
    if (elements < 2) return undefined;
    if (this.#most - this.#least <= 1e-6 * largest) return `shifted by ${rounded(meanChange)}`;
    const factor = this.#ab / this.#aa;
    const isScaled = factor > 0 && this.#bb - factor * this.#ab < 1e-8 * this.#bb;
    return isScaled && factor !== 1 ? `scaled by ${rounded(factor)}` : undefined;
  }
}

function changeWords(found: Omit<DifferenceMoments, 'looksLike'>): string {
  const share = found.differing / found.elements;
  if (found.elements >= 16 && share < 0.2) return `sparse, ${percent(share)}`;
  if (!(found.relative < 0.5) && !(found.cosine > 0.3)) return 'unrelated: trained anew?';
  if (found.relative < 0.02) return 'small and everywhere';
  return share > 0.9 ? 'everywhere' : `in ${percent(share)}`;
}

/** A magnitude that can be divided by. */
function asScale(magnitude: number): number {
  return Math.max(magnitude, 1e-300);
}

/** Four digits, without trailing zeros. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/**
 * Second reading, when the largest change is known: a histogram of b − a and where it is largest.
 *
 * @param range - largest magnitude of b − a.
 */
export class DifferenceDetails {
  readonly #range: number;
  readonly #counts: number[];
  readonly #most: number;
  #seen = 0;
  readonly #largest: { readonly at: number; readonly a: number; readonly b: number }[] = [];
  #least = 0;

  constructor(range: number, bins: number, most: number) {
    this.#range = range;
    this.#counts = new Array<number>(bins).fill(0);
    this.#most = most;
  }

  update(a: Float64Array, b: Float64Array): void {
    const bins = this.#counts.length;
    const width = this.#range > 0 ? bins / 2 / this.#range : 0;
    for (let i = 0; i < b.length; i++) {
      const [x, y] = [a[i] as number, b[i] as number];
      const d = y - x;
      if (d - d !== 0) continue;
      const bin = Math.min(bins - 1, Math.max(0, Math.floor(bins / 2 + d * width)));
      this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
      if (d !== 0 && Math.abs(d) > this.#least) this.#note(this.#seen + i, x, y);
    }
    this.#seen += b.length;
  }

  #note(at: number, a: number, b: number): void {
    const size = Math.abs(b - a);
    const place = this.#largest.findIndex((one) => Math.abs(one.b - one.a) < size);
    this.#largest.splice(place < 0 ? this.#largest.length : place, 0, { at, a, b });
    if (this.#largest.length <= this.#most) return;
    this.#largest.pop();
    const last = this.#largest.at(-1);
    this.#least = last === undefined ? 0 : Math.abs(last.b - last.a);
  }

  /** Counts from −`range` to `range`, and the elements that changed most, the most first. */
  result() {
    return { histogram: [...this.#counts], range: this.#range, largest: [...this.#largest] };
  }
}
