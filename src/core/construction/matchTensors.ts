import { comparePrints, shapeKey, strength, type PrintComparison } from './comparePrints.ts';
import type { ModelFingerprint, TensorPrint } from './types.ts';

/** Tensors with fewer elements carry too little to tell a copy from chance. */
const fewestElements = 16;
/** From here on a tensor is taken for a table and proves no kinship. */
const tableRegularity = 0.5;
/** Correlation left after scaling at which a tensor is the other one rescaled: float32 rounding. */
const rescaledCopy = 1 - 1e-7;
/** Same, where the precision differs as well: four bits leave about 0.995 of normal weights. */
const quantisedCopy = 0.99;
/** Change below which scales explain nothing: the tensors are near, not rescaled. */
const leastRescaling = 0.01;
/** Correlation at which a pair by name or place is taken without a look at the others. */
const evident = 0.9;
/** Standard errors from zero (Fisher's z) at which a pair found by content alone is no chance. */
const contentDeviations = 7;
/** Same, for a pair that name or order suggested. */
const pairedDeviations = 4;
/** Elements from which a matrix or kernel is looked for by content, and counts on its own. */
const matrixElements = 64;
/** Largest matrices tried by content; if none has a counterpart the others are not tried. */
const probedMatrices = 8;
/** Most pairs of one shape compared by content. */
const comparedPairs = 4096;

/** How a tensor of one model stands in another. */
export interface TensorMatch {
  readonly a: number;
  readonly b: number;
  /**
   * `equal`: same values, in any order. `scaled`: same but for a scale per channel, or quantisation.
   * `near`: significantly correlated. `unlike`: the counterpart by name or place, uncorrelated.
   */
  readonly is: 'equal' | 'scaled' | 'near' | 'unlike';
  /** Correlation, up to scale per channel; 1 for equal ones, at least 0. */
  readonly similarity: number;
  /** Bit for bit, without reordering. */
  readonly identical: boolean;
  readonly comparison?: PrintComparison;
}

/** The indices of tensors that can show kinship: learned values, enough of them, not a table. */
export function informativeTensors(model: ModelFingerprint): readonly number[] {
  const known = informative.get(model);
  if (known) return known;
  const found = model.tensors.flatMap((print, index) => (isInformative(print) ? [index] : []));
  informative.set(model, found);
  return found;
}

const informative = new WeakMap<ModelFingerprint, readonly number[]>();

function isInformative(print: TensorPrint): boolean {
  return (
    print.role !== 'optimizer' &&
    print.values !== '' &&
    print.elements >= fewestElements &&
    print.deviation > 0 &&
    print.dtype !== 'i32' &&
    print.regularity < tableRegularity
  );
}

/**
 * Pairs the informative tensors of two models: equal content first, then by content among equal
 * shapes, then by name, then by order. Each tensor at most once. Names decide only what is said
 * about tensors that are unlike, or paired already by nothing better.
 */
export function matchTensors(a: ModelFingerprint, b: ModelFingerprint): TensorMatch[] {
  const left = new Set(informativeTensors(a));
  const right = new Set(informativeTensors(b));
  const matches: TensorMatch[] = [];
  const take = (match: TensorMatch): void => {
    matches.push(match);
    left.delete(match.a);
    right.delete(match.b);
  };
  for (const key of ['id', 'values'] as const) {
    for (const [i, j] of pairsByKey(a, b, left, right, (print) => print[key])) {
      take({ a: i, b: j, is: 'equal', similarity: 1, identical: key === 'id' });
    }
  }
  const suggested = [(print: TensorPrint) => `${print.name} ${shapeKey(print)}`, shapeKey];
  for (const key of suggested) {
    for (const [i, j] of pairsByKey(a, b, left, right, key)) {
      const match = compared(a, i, b, j, pairedDeviations);
      if (match && match.similarity >= evident && match.is !== 'unlike') take(match);
    }
  }
  for (const match of pairsByContent(a, b, left, right)) take(match);
  for (const key of suggested) {
    for (const [i, j] of pairsByKey(a, b, left, right, key)) {
      const match = compared(a, i, b, j, pairedDeviations);
      if (match) take(match);
    }
  }
  return matches;
}

/** Matrices and kernels, which content alone can tell apart; vectors are too short and too alike. */
export function isMatrix(print: TensorPrint): boolean {
  return print.elements >= matrixElements && print.shape.filter((extent) => extent > 1).length >= 2;
}

/** Pairs what is left by equal keys, in order of occurrence. */
function pairsByKey(
  a: ModelFingerprint,
  b: ModelFingerprint,
  left: ReadonlySet<number>,
  right: ReadonlySet<number>,
  keyOf: (print: TensorPrint) => string,
): [number, number][] {
  const waiting = new Map<string, number[]>();
  for (const j of right) {
    const print = b.tensors[j];
    if (print === undefined) continue;
    const key = keyOf(print);
    const list = waiting.get(key);
    if (list) list.push(j);
    else waiting.set(key, [j]);
  }
  const pairs: [number, number][] = [];
  for (const i of left) {
    const print = a.tensors[i];
    const j = print === undefined ? undefined : waiting.get(keyOf(print))?.shift();
    if (j !== undefined) pairs.push([i, j]);
  }
  return pairs;
}

/** The significant pairs of equal shape, most alike first, each tensor once. */
function pairsByContent(
  a: ModelFingerprint,
  b: ModelFingerprint,
  left: ReadonlySet<number>,
  right: ReadonlySet<number>,
): TensorMatch[] {
  const groups = new Map<string, [number[], number[]]>();
  for (const [side, model, indices] of [[0, a, left] as const, [1, b, right] as const]) {
    for (const index of indices) {
      const print = model.tensors[index];
      if (print === undefined || !isMatrix(print)) continue;
      const key = shapeKey(print);
      const group = groups.get(key) ?? [[], []];
      group[side].push(index);
      groups.set(key, group);
    }
  }
  const found: TensorMatch[] = [];
  const largestFirst = [...groups.values()]
    .filter(([inA, inB]) => inA.length * inB.length <= comparedPairs)
    .flatMap(([inA, inB]) => inA.map((i) => ({ i, inB })))
    .sort((p, q) => (a.tensors[q.i]?.elements ?? 0) - (a.tensors[p.i]?.elements ?? 0) || p.i - q.i);
  for (const [tried, { i, inB }] of largestFirst.entries()) {
    if (tried >= probedMatrices && found.length === 0) break;
    for (const j of inB) {
      const match = compared(a, i, b, j, contentDeviations);
      if (match && match.is !== 'unlike') found.push(match);
    }
  }
  found.sort((p, q) => q.similarity - p.similarity || p.a - q.a || p.b - q.b);
  const used = [new Set<number>(), new Set<number>()] as const;
  return found.filter((match) => {
    if (used[0].has(match.a) || used[1].has(match.b)) return false;
    used[0].add(match.a);
    used[1].add(match.b);
    return true;
  });
}

function compared(
  a: ModelFingerprint,
  i: number,
  b: ModelFingerprint,
  j: number,
  deviations: number,
): TensorMatch | undefined {
  const [printA, printB] = [a.tensors[i], b.tensors[j]];
  if (printA === undefined || printB === undefined) return undefined;
  const comparison = comparePrints(a, printA, b, printB);
  if (comparison === undefined) return undefined;
  const similarity = Math.max(0, strength(comparison));
  const isScaled = comparison.scaled === similarity;
  const freedom = (isScaled ? comparison.scaledFreedom : comparison.n) - 3;
  const z = Math.atanh(Math.min(similarity, 1 - 1e-12)) * Math.sqrt(Math.max(0, freedom));
  const is = z < deviations ? 'unlike' : isCopy(printA, printB, comparison) ? 'scaled' : 'near';
  return { a: i, b: j, is, similarity, identical: false, comparison };
}

/** Whether one tensor is the other one quantised, or with a scale for each channel. */
function isCopy(a: TensorPrint, b: TensorPrint, comparison: PrintComparison): boolean {
  if (a.dtype !== b.dtype) return strength(comparison) >= quantisedCopy;
  return comparison.scaled >= rescaledCopy && comparison.relativeDistance > leastRescaling;
}
