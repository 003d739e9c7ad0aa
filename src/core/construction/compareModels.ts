import { printSlopes } from './comparePrints.ts';
import { informativeTensors, isMatrix, matchTensors, type TensorMatch } from './matchTensors.ts';
import type { ModelFingerprint, TensorPrint } from './types.ts';

/** Share of the paired matrices that must be copies, if copies are to prove descent. */
const copiedTensors = 0.25;
/** Share of the smaller model's learned values that they must hold. */
const copiedValues = 0.05;
/** Mean correlation at which two models are related whatever their tails. */
const closeSimilarity = 0.9;
/** Mean correlation below which nothing is claimed: ‖x−y‖/‖x‖ = 1, as far as leaving it out. */
const leastSimilarity = 0.5;
/** Least ratio of tail slope to body slope of inherited weights; 1 for a child plus any noise. */
const leastTail = 0.75;

/** What the contents of two models say of each other. Symmetric but for the order of the names. */
export interface Kinship {
  readonly matches: readonly TensorMatch[];
  /** Which rule holds: `none`, or one of docs/construction.md. */
  readonly rule: 'none' | 'copied-weights' | 'near-weights';
  /** That the weights of one come from the other, or of both from one source, 0 to 1. */
  readonly confidence: number;
  /** 0 for equal weights, about 1 for none in common. */
  readonly distance: number;
  /** Learned values in copied tensors. */
  readonly copied: number;
  readonly copiedTensors: number;
  /** Copies up to a scale: folded batch norms, quantisation. */
  readonly scaledTensors: number;
  readonly pairedTensors: number;
  /** Learned values of either model. */
  readonly values: readonly [number, number];
  /** Informative tensors without a counterpart, of either model. */
  readonly unpaired: readonly [number, number];
  /** Mean similarity over paired matrices, by tensor and by value: the smaller. */
  readonly similarity: number;
  /** Tail slope over body slope, of the second model on the first and the other way; 1 where unknown. */
  readonly tails: readonly [number, number];
}

/**
 * Compares two models by content.
 *
 * `copied-weights`: enough of the paired matrices are equal, up to order, scale or quantisation.
 * Tables do not count, and a few equal tensors among many unlike ones are taken for constants.
 *
 * `near-weights`: the paired matrices are correlated by 0.9 in the mean; or by 0.5 and the large
 * weights, which training made, are as much alike as the small ones. Networks that share only their
 * random start are alike where training left the start alone, and differ where it did not.
 */
export function compareModels(a: ModelFingerprint, b: ModelFingerprint): Kinship {
  const matches = matchTensors(a, b);
  const paired = substantial(a, b, matches);
  const copies = paired.filter((match) => match.is === 'equal' || match.is === 'scaled');
  const values = [learnedValues(a), learnedValues(b)] as const;
  const copied = sum(copies, (match) => elementsOf(a, match));
  const smaller = Math.max(1, Math.min(...values));
  const byTensor = weightedSimilarity(paired, () => 1);
  const byValue = weightedSimilarity(paired, (match) => elementsOf(a, match));
  const similarity = Math.min(byTensor, byValue);
  const covered = sum(paired, (match) => elementsOf(a, match)) / smaller;
  const tails = tailRatios(a, b, matches);

  const share = paired.length > 0 ? copies.length / paired.length : 0;
  const isCopied = share >= copiedTensors && copied / smaller >= copiedValues;
  const isNear =
    covered >= 0.5 &&
    (similarity >= closeSimilarity ||
      (similarity >= leastSimilarity && Math.max(...tails) >= leastTail));
  const rule = isCopied ? 'copied-weights' : isNear ? 'near-weights' : 'none';
  return {
    matches,
    rule,
    confidence: confidenceOf(rule, share, similarity, Math.max(...tails)),
    distance: distanceOf(a, b, matches),
    copied,
    copiedTensors: copies.length,
    scaledTensors: copies.filter((match) => match.is === 'scaled').length,
    pairedTensors: paired.length,
    values,
    unpaired: [
      informativeTensors(a).length - matches.length,
      informativeTensors(b).length - matches.length,
    ],
    similarity,
    tails,
  };
}

/** The same comparison with the two models exchanged. */
export function reversedKinship(kinship: Kinship): Kinship {
  return {
    ...kinship,
    matches: kinship.matches.map((match) => ({ ...match, a: match.b, b: match.a })),
    values: [kinship.values[1], kinship.values[0]],
    unpaired: [kinship.unpaired[1], kinship.unpaired[0]],
    tails: [kinship.tails[1], kinship.tails[0]],
  };
}

function confidenceOf(
  rule: Kinship['rule'],
  share: number,
  similarity: number,
  tail: number,
): number {
  if (rule === 'none') return 0;
  if (rule === 'copied-weights') return 0.85 + 0.14 * Math.min(1, share * 1.5);
  const certain = Math.min(1, (similarity - leastSimilarity) / (1 - leastSimilarity));
  return Math.min(0.99, 0.6 + 0.39 * certain + (tail >= 0.9 ? 0.1 : 0));
}

/** Matches between matrices and kernels; all matches where a model has hardly any. */
function substantial(
  a: ModelFingerprint,
  b: ModelFingerprint,
  matches: readonly TensorMatch[],
): readonly TensorMatch[] {
  const isMatrixOf = (print: TensorPrint | undefined): boolean =>
    print !== undefined && isMatrix(print);
  const matrices = matches.filter(
    (match) => isMatrixOf(a.tensors[match.a]) || isMatrixOf(b.tensors[match.b]),
  );
  return matrices.length >= 2 ? matrices : matches;
}

function weightedSimilarity(
  matches: readonly TensorMatch[],
  weightOf: (match: TensorMatch) => number,
): number {
  const total = sum(matches, weightOf);
  const alike = sum(matches, (match) => weightOf(match) * likeness(match));
  return total > 0 ? alike / total : 0;
}

function likeness(match: TensorMatch): number {
  return match.is === 'unlike' ? 0 : match.similarity;
}

/** Slope over the large weights by slope over the others, pooled over the tensors that are near. */
function tailRatios(
  a: ModelFingerprint,
  b: ModelFingerprint,
  matches: readonly TensorMatch[],
): readonly [number, number] {
  const pooled = [new Float64Array(4), new Float64Array(4)] as const;
  for (const match of matches) {
    const [x, y] = [a.tensors[match.a], b.tensors[match.b]];
    if (match.is !== 'near' || !match.comparison || x === undefined || y === undefined) continue;
    const both = printSlopes(a, x, b, y, match.comparison.order);
    for (const [side, slopes] of both.entries()) {
      const sums = pooled[side === 0 ? 0 : 1];
      const parts = [slopes.largeProducts, slopes.largeSquares, slopes.smallProducts, slopes.smallSquares]; // prettier-ignore
      for (const [i, part] of parts.entries()) sums[i] = (sums[i] ?? 0) + part;
    }
  }
  return [ratioOf(pooled[0]), ratioOf(pooled[1])];
}

function ratioOf([largeXY = 0, largeXX = 0, smallXY = 0, smallXX = 0]: Float64Array): number {
  const small = smallXY / smallXX;
  const ratio = largeXY / largeXX / small;
  return small > 0 && Number.isFinite(ratio) ? Math.max(0, ratio) : 1;
}

/**
 * Mean of the tensors' distances, weighted by the root of their sizes; unpaired ones count half.
 * Where kernels were rescaled (batch norms folded in) vectors do not count, for folding rewrites
 * or removes them.
 */
function distanceOf(
  a: ModelFingerprint,
  b: ModelFingerprint,
  matches: readonly TensorMatch[],
): number {
  const folded = matches.some(
    (match) => match.is === 'scaled' && a.tensors[match.a]?.dtype === b.tensors[match.b]?.dtype,
  );
  const counts = (print: TensorPrint | undefined): print is TensorPrint =>
    print !== undefined && (!folded || isMatrix(print));
  let total = 0;
  let apart = 0;
  for (const match of matches) {
    const print = a.tensors[match.a];
    if (!counts(print)) continue;
    const weight = Math.sqrt(print.elements);
    total += weight;
    apart += weight * tensorDistance(match);
  }
  const unpaired = [
    ...without(a, new Set(matches.map((match) => match.a))),
    ...without(b, new Set(matches.map((match) => match.b))),
  ];
  for (const print of unpaired) {
    if (!counts(print)) continue;
    total += Math.sqrt(print.elements) / 2;
    apart += Math.sqrt(print.elements) / 2;
  }
  return total > 0 ? apart / total : 1;
}

function without(model: ModelFingerprint, paired: ReadonlySet<number>): TensorPrint[] {
  return informativeTensors(model).flatMap((index) =>
    paired.has(index) ? [] : (model.tensors[index] ?? []),
  );
}

/** 0 for equal values; the angle, or the relative change where that is larger, up to 1. */
function tensorDistance(match: TensorMatch): number {
  if (match.is === 'equal') return 0;
  if (match.is === 'unlike') return 1;
  const angle = Math.sqrt(2 * Math.max(0, 1 - match.similarity));
  return Math.min(1, angle);
}

function elementsOf(a: ModelFingerprint, match: TensorMatch): number {
  return a.tensors[match.a]?.elements ?? 0;
}

/** Values in all tensors that could show kinship. */
function learnedValues(model: ModelFingerprint): number {
  return sum(informativeTensors(model), (index) => model.tensors[index]?.elements ?? 0);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
