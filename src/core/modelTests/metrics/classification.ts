import type { TestDetails } from '../testResult.ts';
import type { ClassScores } from './classScores.ts';

/** How good a classifier is. What cannot be found on the data (an AUC of one class) is left out. */
export interface ClassificationMetrics {
  readonly loss: number;
  readonly accuracy: number;
  readonly topK: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly auc?: number;
  readonly ece: number;
}

export interface Classified {
  readonly metrics: ClassificationMetrics;
  readonly details: Required<
    Pick<TestDetails, 'classes' | 'confusion' | 'perClass' | 'calibration'>
  >;
}

/**
 * Metrics of a classifier. Loss is the mean −ln p of the true class; precision, recall and F1 are means
 * over the classes that occur as label or prediction (0 where undefined, as scikit-learn's
 * `zero_division=0`); AUC is the mean over one class against the rest; calibration error (ECE) is over
 * `bins` equal bins of confidence. A row with a NaN is predicted as no class, and its loss is NaN.
 *
 * Source: Guo et al., "On Calibration of Modern Neural Networks", arXiv 1706.04599, equation 3; Hand and
 * Till 2001 for the one-against-rest mean.
 */
export function classify(
  scores: ClassScores,
  classes: readonly string[],
  { topK, bins }: { readonly topK: number; readonly bins: number },
): Classified {
  const { labels, probabilities, logLikelihood } = scores;
  const count = labels.length;
  const confusion = classes.map(() => new Array<number>(classes.length).fill(0));
  const calibration = Array.from({ length: bins }, () => ({ sum: 0, right: 0, examples: 0 }));
  let right = 0;
  let near = 0;
  for (let row = 0; row < count; row++) {
    const label = labels[row] as number;
    const own = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    const predicted = largest(own);
    if (predicted === undefined) continue;
    const confidence = own[predicted] as number;
    const bin = calibration[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))];
    if (bin !== undefined) {
      bin.sum += confidence;
      bin.examples++;
      if (predicted === label) bin.right++;
    }
    const cells = confusion[label] as number[];
    cells[predicted] = (cells[predicted] as number) + 1;
    if (predicted === label) right++;
    if (rankOf(own, label) < topK) near++;
  }
  const perClass = classes.map((name, at) => classMetrics(name, at, labels, confusion));
  const seen = perClass.filter((_, at) => occurs(at, labels, confusion));
  const mean = (of: (each: (typeof perClass)[number]) => number): number =>
    seen.reduce((sum, each) => sum + of(each), 0) / seen.length;
  const auc = macroAuc(scores);
  return {
    metrics: {
      loss: -logLikelihood.reduce((sum, value) => sum + value, 0) / count,
      accuracy: right / count,
      topK: near / count,
      precision: mean(({ precision }) => precision),
      recall: mean(({ recall }) => recall),
      f1: mean(({ f1 }) => f1),
      ...(auc === undefined ? {} : { auc }),
      ece: calibration.reduce((sum, bin) => sum + Math.abs(bin.sum - bin.right), 0) / count,
    },
    details: {
      classes,
      confusion,
      perClass,
      calibration: calibration.map(({ sum, right: hits, examples }) => ({
        confidence: examples === 0 ? 0 : sum / examples,
        accuracy: examples === 0 ? 0 : hits / examples,
        examples,
      })),
    },
  };
}

/** The first largest; undefined where there is a NaN. */
function largest(values: Float64Array): number | undefined {
  let best = 0;
  for (const [at, value] of values.entries()) {
    if (Number.isNaN(value)) return undefined;
    if (value > (values[best] as number)) best = at;
  }
  return best;
}

/** How many classes come before this one; of equal ones the first goes first. */
function rankOf(values: Float64Array, label: number): number {
  const own = values[label] as number;
  let before = 0;
  for (const [at, value] of values.entries())
    if (value > own || (value === own && at < label)) before++;
  return before;
}

function occurs(
  at: number,
  labels: Int32Array,
  confusion: readonly (readonly number[])[],
): boolean {
  return labels.includes(at) || confusion.some((row) => (row[at] ?? 0) > 0);
}

function classMetrics(
  name: string,
  at: number,
  labels: Int32Array,
  confusion: readonly (readonly number[])[],
) {
  const hits = confusion[at]?.[at] ?? 0;
  const predicted = confusion.reduce((sum, row) => sum + (row[at] ?? 0), 0);
  const examples = labels.reduce((sum, label) => sum + (label === at ? 1 : 0), 0);
  const share = (of: number) => (of === 0 ? 0 : hits / of);
  const [precision, recall] = [share(predicted), share(examples)];
  const both = precision + recall;
  return {
    name,
    precision,
    recall,
    f1: both === 0 ? 0 : (2 * precision * recall) / both,
    examples,
  };
}

/** Mean over the classes that have examples and counter-examples; undefined where none has. */
function macroAuc({ classes, labels, probabilities }: ClassScores): number | undefined {
  const found: number[] = [];
  for (let c = 0; c < classes; c++) {
    const own = new Float64Array(labels.length);
    for (let row = 0; row < own.length; row++)
      own[row] = probabilities[row * classes + c] as number;
    const auc = areaUnderCurve(own, (row) => labels[row] === c);
    if (auc !== undefined) found.push(auc);
  }
  return found.length === 0 ? undefined : found.reduce((a, b) => a + b, 0) / found.length;
}

/**
 * The share of pairs (positive, negative) in which the positive scores higher, ties counted half: the
 * area under the ROC curve (Mann and Whitney). Undefined where one side is empty; NaN where a score is.
 */
export function areaUnderCurve(
  scores: Float64Array,
  positive: (row: number) => boolean,
): number | undefined {
  const low = new Float64Array(scores.length);
  const high = new Float64Array(scores.length);
  let [negatives, positives, hasNaN] = [0, 0, false];
  for (let row = 0; row < scores.length; row++) {
    const value = scores[row] as number;
    if (Number.isNaN(value)) hasNaN = true;
    if (positive(row)) high[positives++] = value;
    else low[negatives++] = value;
  }
  if (positives === 0 || negatives === 0) return undefined;
  if (hasNaN) return NaN;
  const sorted = low.subarray(0, negatives).sort();
  // Of each positive: the negatives below it, and half of those that are equal.
  let [below, upTo, wins] = [0, 0, 0];
  for (const value of high.subarray(0, positives).sort()) {
    while (below < negatives && (sorted[below] as number) < value) below++;
    while (upTo < negatives && (sorted[upTo] as number) <= value) upTo++;
    wins += (below + upTo) / 2;
  }
  return wins / (positives * negatives);
}
