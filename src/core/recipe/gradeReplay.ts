import type { Environment, PartMetrics } from '../training/report.ts';
import type { Outcome, ReplayGrade } from './recipe.ts';

/** How the weights of two makings of one model differ. */
export interface WeightDifference {
  /** Same tensors with the same shapes. */
  readonly sameStructure: boolean;
  readonly differing: number;
  readonly elements: number;
  /** Largest absolute difference; NaN or infinite where one is not finite. */
  readonly largest: number;
}

/** Largest difference of two accuracies that counts as the same: one point. */
const accuracyTolerance = 0.01;
/** Largest relative difference of two losses that counts as the same. */
const lossTolerance = 0.05;

/**
 * Grades a replay: equal bits; or metrics equal within tolerance, which is all that another device or
 * thread count promises; or neither.
 */
export function gradeReplay(
  difference: WeightDifference,
  before: Outcome | undefined,
  after: Outcome | undefined,
  environments: { readonly before: Environment; readonly after: Environment },
): ReplayGrade {
  const { sameStructure, differing, elements, largest } = difference;
  const numbers = { largestDifference: largest, differing, elements };
  const metrics = comparedMetrics(before, after);
  if (sameStructure && differing === 0)
    return {
      is: 'equal-bits',
      text: `all ${elements} values are equal, bit for bit`,
      ...numbers,
      metrics,
    };
  if (!sameStructure)
    return { is: 'differs', text: 'the model has other tensors now', ...numbers, metrics };
  const within = metrics.every((each) => Math.abs(each.after - each.before) <= each.tolerance);
  const where = sameDevice(environments)
    ? ''
    : ` (${wordsOf(environments.before)} before, ${wordsOf(environments.after)} now)`;
  if (metrics.length > 0 && within && Number.isFinite(largest))
    return {
      is: 'within-tolerance',
      text: `${differing} of ${elements} values differ, by ${largest.toPrecision(2)} at most; the metrics agree${where}`,
      ...numbers,
      metrics,
    };
  return {
    is: 'differs',
    text: `${differing} of ${elements} values differ, by ${largest.toPrecision(2)} at most${where}`,
    ...numbers,
    metrics,
  };
}

function comparedMetrics(
  before: Outcome | undefined,
  after: Outcome | undefined,
): ReplayGrade['metrics'] {
  return (['test', 'validation'] as const).flatMap((part) => {
    const [then, now] = [before?.[part], after?.[part]];
    return then === undefined || now === undefined ? [] : partMetrics(part, then, now);
  });
}

function partMetrics(part: string, then: PartMetrics, now: PartMetrics): ReplayGrade['metrics'] {
  const loss = {
    name: `${part} loss`,
    before: then.loss,
    after: now.loss,
    tolerance: lossTolerance * Math.max(Math.abs(then.loss), 0.02),
  };
  const accuracies = then.heads.flatMap((head, index) => {
    const other = now.heads[index];
    if (head.accuracy === undefined || other?.accuracy === undefined) return [];
    const name = `${part} accuracy${then.heads.length > 1 ? ` of ${head.output}` : ''}`;
    return [{ name, before: head.accuracy, after: other.accuracy, tolerance: accuracyTolerance }];
  });
  return [loss, ...accuracies];
}

function sameDevice({ before, after }: { before: Environment; after: Environment }): boolean {
  return before.backend === after.backend && before.threads === after.threads;
}

function wordsOf({ backend, threads, adapter }: Environment): string {
  if (backend === 'webgpu') return `GPU${adapter === undefined ? '' : ` ${adapter}`}`;
  if (backend === 'wasm') return `CPU, ${threads ?? 1} ${threads === 1 ? 'thread' : 'threads'}`;
  return backend === 'none' ? 'no device' : backend;
}
