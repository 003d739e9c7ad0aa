import { shapeKey, sampleOf } from './comparePrints.ts';
import { informativeTensors } from './matchTensors.ts';
import type { ModelFingerprint, TensorPrint } from './types.ts';

/** Tensors of a model that are indexed by the signs of their samples: the largest. */
const signedTensors = 24;
/** Bands of one tensor, and relative sign bits of one band. */
const bands = 4;
const bandBits = 16;
/** Holders of one key that are looked at; a key with more proves little of any one of them. */
const readHolders = 48;
/** Models of one layout that are all compared with each other. */
const readLayout = 24;
/** Of more models of one layout, how many besides those that share content: neighbours by name. */
const nearLayout = 8;
/** Share of the best score below which common features are taken for chance. */
const chanceShare = 0.15;
/** Candidates handed on for one model. */
const keptCandidates = 24;

/** A model known to the index, by the caller's key. */
export interface CandidateIndex<Key> {
  /** Adds a model. Its keys take a few kilobytes; the fingerprint is not kept. */
  add(key: Key, model: ModelFingerprint): void;
  remove(key: Key): void;
  has(key: Key): boolean;
  keys(): Key[];
  /**
   * Models that may be related to the one of `key`: a bounded number. Does not depend on the order
   * in which models were added.
   *
   * @param ordered - breaks ties; negative if its first argument comes first.
   */
  candidates(key: Key, ordered: (a: Key, b: Key) => number): Key[];
}

interface Posting {
  readonly key: string;
  readonly weight: number;
}

/**
 * An inverted index from features of content to models, so that the work for one model depends on
 * how many share a feature with it and not on how many there are.
 *
 * Features: equal tensors; equal values in any order; signs of samples, relative within a channel so
 * that scales of either sign do not matter, in bands (locality-sensitive hashing); values of the
 * sketches; and the layout, all shapes together.
 *
 * Source: random-hyperplane hashing, Charikar, STOC 2002, with coordinate hyperplanes; weights by
 * rarity as in inverse document frequency.
 */
export function candidateIndex<Key>(): CandidateIndex<Key> {
  const holders = new Map<string, Set<Key>>();
  const features = new Map<Key, Posting[]>();

  function add(key: Key, model: ModelFingerprint): void {
    if (features.has(key)) return;
    const postings = featuresOf(model);
    features.set(key, postings);
    for (const { key: feature } of postings) {
      const set = holders.get(feature);
      if (set) set.add(key);
      else holders.set(feature, new Set([key]));
    }
  }

  function remove(key: Key): void {
    for (const { key: feature } of features.get(key) ?? []) {
      const set = holders.get(feature);
      set?.delete(key);
      if (set?.size === 0) holders.delete(feature);
    }
    features.delete(key);
  }

  function candidates(key: Key, ordered: (a: Key, b: Key) => number): Key[] {
    const score = new Map<Key, number>();
    const mates: Key[] = [];
    for (const { key: feature, weight } of features.get(key) ?? []) {
      const set = holders.get(feature);
      if (set === undefined || set.size < 2) continue;
      if (feature.startsWith('l')) {
        mates.push(...(set.size <= readLayout ? set : neighbours(set, key, nearLayout, ordered)));
        continue;
      }
      const rarity = weight / Math.log2(1 + set.size);
      for (const other of readOf(set, key, readHolders, ordered)) {
        score.set(other, (score.get(other) ?? 0) + rarity);
      }
    }
    score.delete(key);
    const ranked = [...score].sort((p, q) => q[1] - p[1] || ordered(p[0], q[0]));
    const least = (ranked[0]?.[1] ?? 0) * chanceShare;
    const likely = ranked.slice(0, keptCandidates).filter(([, points]) => points >= least);
    const found = new Set([...likely.map(([other]) => other), ...mates]);
    found.delete(key);
    return [...found];
  }

  return {
    add,
    remove,
    has: (key) => features.has(key),
    keys: () => [...features.keys()],
    candidates,
  };
}

/** All of a small set; of a large one the neighbours of `key` in order, and a spread of the rest. */
function readOf<Key>(
  set: ReadonlySet<Key>,
  key: Key,
  limit: number,
  ordered: (a: Key, b: Key) => number,
): Iterable<Key> {
  if (set.size <= limit) return set;
  const sorted = [...set].sort(ordered);
  const step = Math.max(1, Math.floor(sorted.length / (limit / 2)));
  const rest = sorted.filter((_, i) => i % step === 0).slice(0, limit / 2);
  return new Set([...neighbours(set, key, limit / 2, ordered), ...rest]);
}

/** The `count` around `key` in order. */
function neighbours<Key>(
  set: ReadonlySet<Key>,
  key: Key,
  count: number,
  ordered: (a: Key, b: Key) => number,
): Key[] {
  // One scan that keeps the nearest few of either side: the set may hold every model.
  const before: Key[] = [];
  const after: Key[] = [];
  for (const other of set) {
    if (other === key) continue;
    const sign = ordered(other, key) < 0 ? -1 : 1;
    insertNearest(sign < 0 ? before : after, other, count / 2, (p, q) => sign * ordered(p, q));
  }
  return [...before, ...after];
}

/** Inserts into a sorted list of at most `most`. */
function insertNearest<Key>(
  list: Key[],
  item: Key,
  most: number,
  order: (a: Key, b: Key) => number,
): void {
  const last = list.at(-1);
  if (list.length >= most && last !== undefined && order(last, item) <= 0) return;
  const place = list.findIndex((other) => order(item, other) < 0);
  list.splice(place < 0 ? list.length : place, 0, item);
  list.length = Math.min(list.length, most);
}

function featuresOf(model: ModelFingerprint): Posting[] {
  const informative = informativeTensors(model)
    .flatMap((index) => model.tensors[index] ?? [])
    .sort((a, b) => b.elements - a.elements);
  const found = new Map<string, number>();
  const put = (key: string, weight: number): void => {
    found.set(key, Math.max(weight, found.get(key) ?? 0));
  };
  for (const print of informative) {
    const weight = Math.log2(print.elements);
    put(`v${print.values}`, weight);
    put(`i${print.id}`, 1);
  }
  for (const print of informative.slice(0, signedTensors)) {
    for (const key of signKeys(model, print)) put(key, 1);
    const end = print.sketchStart + Math.min(4, print.sketchLength);
    for (const hash of model.sketches.subarray(print.sketchStart, end)) put(`k${hash}`, 1);
  }
  put(`l${layoutOf(model)}`, 0.5);
  return [...found].map(([key, weight]) => ({ key, weight }));
}

/** Elements from which a tensor counts for the layout. */
const layoutElements = 16;

/** The shapes of all tensors but optimiser state, in one string: equal for models of one layout. */
export function layoutOf(model: ModelFingerprint): string {
  const known = layouts.get(model);
  if (known !== undefined) return known;
  const shapes = model.tensors.flatMap((print) =>
    print.role !== 'optimizer' && print.values !== '' && print.elements >= layoutElements
      ? shapeKey(print)
      : [],
  );
  const layout = shapes.sort().join(' ');
  layouts.set(model, layout);
  return layout;
}

const layouts = new WeakMap<ModelFingerprint, string>();

/** Bands of the signs of a tensor's samples, each relative to the sign of the one before. */
function signKeys(model: ModelFingerprint, print: TensorPrint): string[] {
  const sample = sampleOf(model, print);
  const shape = shapeKey(print);
  const count = Math.min(bands, Math.floor(sample.length / (bandBits + 1)));
  const keys: string[] = [];
  for (let band = 0; band < count; band++) {
    const start = Math.floor((band * sample.length) / count);
    let bits = 0;
    for (let i = 0; i < bandBits; i++) {
      const same = (sample[start + i] ?? 0) > 0 === (sample[start + i + 1] ?? 0) > 0;
      bits = bits * 2 + (same ? 1 : 0);
    }
    // Runs of one sign (norm weights, ramps) are common to all models.
    if (bits !== 0 && bits !== 2 ** bandBits - 1) keys.push(`s${shape}:${band}:${bits}`);
  }
  return keys;
}
