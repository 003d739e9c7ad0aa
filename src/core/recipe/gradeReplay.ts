import type { Environment, PartMetrics } from '../training/report.ts';
import type { Outcome, ReplayGrade } from './recipe.ts';

/** How the weights of two makings of one model differ. */
export interface WeightDifference {
  /** Same tensors with the same shapes, and the same computation. */
  readonly sameStructure: boolean;
  /** Elements whose bits differ. */
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
 * Grades a replay: equal bits; or metrics equal within tolerance, which is all that a GPU, another device
 * or another thread count promises; or neither. Where equal bits are promised, nothing less will do.
 */
export function gradeReplay(
  difference: WeightDifference,
  before: Outcome | undefined,
  after: Outcome | undefined,
  environments: Environments,
): ReplayGrade {
  const { sameStructure, differing, elements, largest } = difference;
  const numbers = { largestDifference: largest, differing, elements };
  const metrics = comparedMetrics(before, after);
  if (sameStructure && differing === 0)
    return {
      is: 'equal-bits',
      text: `All ${grouped(elements)} values are equal, bit for bit.`,
      ...numbers,
      metrics,
    };
  if (!sameStructure)
    return {
      is: 'differs',
      text: 'The model has other tensors or computes otherwise now.',
      ...numbers,
      metrics,
    };
  const within = metrics.every((each) => Math.abs(each.after - each.before) <= each.tolerance);
  const promised = promisesBits(environments);
  const where = whereOf(environments, promised);
  const changed = `${grouped(differing)} of ${grouped(elements)} values differ, by ${sizeText(largest)} at most`;
  if (!promised && metrics.length > 0 && within && Number.isFinite(largest))
    return {
      is: 'within-tolerance',
      text: `${changed}; the metrics agree${where}.`,
      ...numbers,
      metrics,
    };
  return {
    is: 'differs',
    text: `${changed}${where}.`,
    ...numbers,
    metrics,
  };
}

/** `19,754`. */
const grouped = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

const sizeText = (value: number) =>
  Number.isFinite(value) ? String(Number(value.toPrecision(2))) : 'more than any number';

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

interface Environments {
  readonly before: Environment;
  readonly after: Environment;
}

/** Whether two runs compute the same bits: on the processor, with everything that matters the same. */
function promisesBits({ before, after }: Environments): boolean {
  if (before.backend === 'webgpu' || before.moved === true || after.moved === true) return false;
  const pinned = ['backend', 'threads', 'runtime', 'graph', 'optimizationLevel'] as const;
  return pinned.every((each) => before[each] === after[each]);
}

function whereOf({ before, after }: Environments, promised: boolean): string {
  if (promised) return `, though ${wordsOf(before)} gives the same bits each time`;
  const same = before.backend === after.backend && before.threads === after.threads;
  if (!same) return ` (${wordsOf(before)} before, ${wordsOf(after)} now)`;
  return before.moved === true ? ' (it changed its device or its parts of a batch on the way)' : '';
}

function wordsOf({ backend, threads, adapter }: Environment): string {
  if (backend === 'webgpu') return `GPU${adapter === undefined ? '' : ` ${adapter}`}`;
  if (backend === 'wasm') return `CPU, ${threads ?? 1} ${threads === 1 ? 'thread' : 'threads'}`;
  return backend === 'none' ? 'plain arithmetic' : backend;
}
