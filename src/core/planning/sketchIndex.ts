import { isFloat } from '../dtype.ts';
import { estimateDelta } from './estimateSize.ts';
import type { TensorSketch } from './tensorSketch.ts';

/** Curves that a tensor is laid on; each with other projections. */
const curves = 6;
/** Projections that make one place on a curve, and bits of each. */
const projections = 4;
const wordsPerPlace = 3;
/** Neighbours looked at on either side of a place. */
const reach = 8;
/** Steps in which a projection of floats and of integers is counted. */
const floatSteps = 2 ** 18;
const integerSteps = 2 ** 10;
const highest = 2 ** 24 - 1;

/** A similar tensor and what a delta to it should take. */
export interface Neighbour<Key> {
  readonly key: Key;
  /** Estimated bytes of the delta. */
  readonly bytes: number;
}

/** Finds stored tensors that a tensor is likely a small change of, without looking at all. */
export interface SketchIndex<Key> {
  /** Adds a tensor; does nothing for a key that is there. Keeps the sketch and 100 bytes. */
  add(key: Key, sketch: TensorSketch): void;
  remove(key: Key): void;
  has(key: Key): boolean;
  readonly size: number;
  /**
   * The `count` tensors with the smallest estimated deltas among about a hundred that lie near,
   * smallest first; without `except`. Time grows with the logarithm of the index.
   */
  nearest(sketch: TensorSketch, count: number, except?: Key): Neighbour<Key>[];
}

/**
 * Tensors of one form lie along space-filling curves through random projections of their samples:
 * whatever is near in all projections is near on a curve, at any scale, so that the nearest relative
 * among many near ones is found as well as a distant one. A different rotation for each curve stands for
 * the usual shifts.
 *
 * Source: random projections, Datar et al., SoCG 2004; Z-order with several curves, Liao, Lopez and
 * Leutenegger, ICDE 2001; sorted prefixes as in LSH Forest, Bawa et al., WWW 2005.
 */
export function sketchIndex<Key>(): SketchIndex<Key> {
  const forms = new Map<string, FormIndex<Key>>();
  const formOf = new Map<Key, string>();
  return {
    add(key, sketch) {
      if (formOf.has(key)) return;
      formOf.set(key, sketch.form);
      const known = forms.get(sketch.form) ?? new FormIndex<Key>();
      forms.set(sketch.form, known);
      known.add(key, sketch);
    },
    remove(key) {
      const form = formOf.get(key);
      if (form === undefined) return;
      forms.get(form)?.remove(key);
      formOf.delete(key);
    },
    has: (key) => formOf.has(key),
    get size() {
      return formOf.size;
    },
    nearest(sketch, count, except) {
      const found = forms.get(sketch.form)?.around(sketch) ?? new Map<Key, TensorSketch>();
      const neighbours: Neighbour<Key>[] = [];
      for (const [key, other] of found) {
        if (key !== except) neighbours.push({ key, bytes: estimateDelta(sketch, other) });
      }
      return neighbours.sort((a, b) => a.bytes - b.bytes).slice(0, count);
    },
  };
}

interface Item<Key> {
  readonly key: Key;
  readonly sketch: TensorSketch;
  /** `[curves][words]`. */
  readonly places: Uint32Array;
  gone: boolean;
}

/** The tensors of one form, sorted along each curve; new ones wait until they are asked for. */
class FormIndex<Key> {
  readonly #items = new Map<Key, Item<Key>>();
  #sorted: Item<Key>[][] = Array.from({ length: curves }, () => []);
  #waiting: Item<Key>[] = [];
  #gone = 0;

  add(key: Key, sketch: TensorSketch): void {
    const item = { key, sketch, places: placesOf(sketch), gone: false };
    this.#items.set(key, item);
    this.#waiting.push(item);
  }

  remove(key: Key): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    item.gone = true;
    this.#gone++;
    this.#items.delete(key);
  }

  around(sketch: TensorSketch): Map<Key, TensorSketch> {
    this.#settle();
    const found = new Map<Key, TensorSketch>();
    const places = placesOf(sketch);
    for (const [curve, sorted] of this.#sorted.entries()) {
      const at = lowerBound(sorted, places, curve);
      take(sorted, at, 1, found);
      take(sorted, at - 1, -1, found);
    }
    return found;
  }

  #settle(): void {
    const crowded = this.#gone > this.#items.size;
    if (this.#waiting.length === 0 && !crowded) return;
    const fresh = this.#waiting.filter((item) => !item.gone);
    this.#sorted = this.#sorted.map((sorted, curve) => {
      const order = (a: Item<Key>, b: Item<Key>): number => compare(a.places, b.places, curve);
      const kept = crowded ? sorted.filter((item) => !item.gone) : sorted;
      return merged(kept, fresh.toSorted(order), order);
    });
    if (crowded) this.#gone = 0;
    this.#waiting = [];
  }
}

function take<Key>(
  sorted: readonly Item<Key>[],
  start: number,
  step: 1 | -1,
  found: Map<Key, TensorSketch>,
): void {
  let left = reach;
  for (let at = start; left > 0; at += step) {
    const item = sorted[at];
    if (item === undefined) return;
    if (item.gone) continue;
    found.set(item.key, item.sketch);
    left--;
  }
}

/** Merges two sorted lists; a short one is inserted without walking the long one item by item. */
function merged<T>(long: readonly T[], short: readonly T[], order: (a: T, b: T) => number): T[] {
  const result: T[] = [];
  let done = 0;
  for (const item of short) {
    let [low, high] = [done, long.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (order(long[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    for (; done < low; done++) result.push(long[done] as T);
    result.push(item);
  }
  for (; done < long.length; done++) result.push(long[done] as T);
  return result;
}

function lowerBound<Key>(sorted: readonly Item<Key>[], places: Uint32Array, curve: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = sorted[middle] as Item<Key>;
    if (compare(item.places, places, curve) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: Uint32Array, b: Uint32Array, curve: number): number {
  const start = curve * wordsPerPlace;
  for (let at = start; at < start + wordsPerPlace; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Where a tensor lies on each curve: the bits of its projections, interleaved, highest first. */
function placesOf(sketch: TensorSketch): Uint32Array {
  const places = new Uint32Array(curves * wordsPerPlace);
  const values = sketch.values;
  const steps = isFloat(sketch.dtype) ? floatSteps : integerSteps;
  const scale = steps / Math.sqrt(Math.max(1, values.length));
  const counted = new Uint32Array(projections);
  for (let curve = 0; curve < curves; curve++) {
    for (let p = 0; p < projections; p++) {
      const signs = signsOf(curve * projections + p, values.length);
      let sum = 0;
      for (let i = 0; i < values.length; i++) {
        sum += (values[i] as number) * (signs[i] as number);
      }
      const step = Math.floor(sum * scale) + (highest + 1) / 2;
      counted[p] = Math.min(highest, Math.max(0, step));
    }
    for (let word = 0; word < wordsPerPlace; word++) {
      places[curve * wordsPerPlace + word] = interleaved(counted, 23 - 8 * word);
    }
  }
  return places;
}

/** Eight bits of each of four numbers, from bit `top` down. */
function interleaved(numbers: Uint32Array, top: number): number {
  let word = 0;
  for (let bit = top; bit > top - 8; bit--) {
    for (const number of numbers) word = (word << 1) | ((number >>> bit) & 1);
  }
  return word >>> 0;
}

const signTables = new Map<number, Int8Array>();
const mostSigns = 512;

/** The signs of a random direction, the same in every run. Source: mixing as in MurmurHash3. */
function signsOf(direction: number, count: number): Int8Array {
  const known = signTables.get(direction);
  if (known !== undefined && known.length >= count) return known;
  const signs = new Int8Array(Math.max(mostSigns, count));
  for (let i = 0; i < signs.length; i++) {
    let mixed = Math.imul(direction * 0x9e3779b1 + i + 1, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    signs[i] = ((mixed ^ (mixed >>> 16)) & 1) === 0 ? 1 : -1;
  }
  signTables.set(direction, signs);
  return signs;
}
