import type { HeadMetrics } from '../../core/training/report.ts';
import type { Head } from '../../core/training/settings.ts';
import type { BatchNumbers } from '../../core/data/batches.ts';

/** Above this many classes a table of true by predicted class is too large to keep or to look at. */
const mostConfusionClasses = 200;

/** Counts how right a head is, batch by batch. The loss is counted by the graph. */
export interface HeadTally {
  /**
   * @param output - `[examples, …]`, before any activation that the loss has in it.
   * @param targets - of the same examples.
   */
  add(output: Float32Array, targets: BatchNumbers): void;
  result(loss: number): HeadMetrics;
}

/**
 * Accuracy and confusion for classes, those at 0.5 for yes-or-no targets, mean absolute error for
 * numbers; of those that are labelled (class ≥ 0, not NaN).
 *
 * @param classes - how many units the output has along its last axis.
 */
export function headTally(
  { output, loss }: Head,
  classes: number,
  names: readonly string[] | undefined,
): HeadTally {
  switch (loss.is) {
    case 'cross-entropy':
      return classTally(output, classes, names);
    case 'binary-cross-entropy':
      return yesOrNoTally(output, names);
    case 'mean-squared-error':
    case 'mean-absolute-error':
    case 'huber':
      return errorTally(output);
    case 'triplet':
    case 'cosine':
    case 'distillation':
      return { add: () => undefined, result: (value) => ({ output, loss: value }) };
  }
}

function classTally(
  output: string,
  classes: number,
  names: readonly string[] | undefined,
): HeadTally {
  let seen = 0;
  let right = 0;
  const counts = classes <= mostConfusionClasses ? new Float64Array(classes * classes) : undefined;
  return {
    add(logits, targets) {
      for (let row = 0; row < targets.length; row++) {
        const target = targets[row] as number;
        if (target < 0) continue;
        const predicted = largest(logits, row * classes, classes);
        seen++;
        if (predicted === target) right++;
        if (counts !== undefined)
          counts[target * classes + predicted] = 1 + (counts[target * classes + predicted] ?? 0);
      }
    },
    result: (loss) => ({
      output,
      loss,
      ...(seen > 0 ? { accuracy: right / seen } : {}),
      ...(counts === undefined || seen === 0
        ? {}
        : {
            confusion: Array.from({ length: classes }, (_, at) =>
              Array.from(counts.subarray(at * classes, (at + 1) * classes)),
            ),
          }),
      ...(names === undefined ? {} : { classes: names }),
    }),
  };
}

/** Index of the largest of `count` numbers from `start` on; the first of equals. */
function largest(numbers: Float32Array, start: number, count: number): number {
  let at = 0;
  for (let index = 1; index < count; index++)
    if ((numbers[start + index] as number) > (numbers[start + at] as number)) at = index;
  return at;
}

/** @param names - of the two classes, the second one being what a logit above 0 says. */
function yesOrNoTally(output: string, names: readonly string[] | undefined): HeadTally {
  const counts = [
    [0, 0],
    [0, 0],
  ] as const satisfies readonly number[][];
  return {
    add(logits, targets) {
      for (let at = 0; at < targets.length; at++) {
        const target = targets[at] as number;
        // Not labelled: −1 of classes, NaN of numbers.
        if (!(target >= 0)) continue;
        const row = counts[target >= 0.5 ? 1 : 0];
        row[(logits[at] as number) > 0 ? 1 : 0]++;
      }
    },
    result: (loss) => {
      const [[noes, alarms], [misses, yeses]] = counts;
      const seen = noes + alarms + misses + yeses;
      return {
        output,
        loss,
        ...(seen > 0 ? { accuracy: (noes + yeses) / seen } : {}),
        ...(seen > 0 && names !== undefined ? { confusion: counts.map((row) => [...row]) } : {}),
        ...(names === undefined ? {} : { classes: names }),
      };
    },
  };
}

function errorTally(output: string): HeadTally {
  let seen = 0;
  let sum = 0;
  return {
    add(values, targets) {
      for (let at = 0; at < targets.length; at++) {
        const target = targets[at] as number;
        if (Number.isNaN(target)) continue;
        seen++;
        sum += Math.abs((values[at] as number) - target);
      }
    },
    result: (loss) => ({ output, loss, ...(seen > 0 ? { meanAbsoluteError: sum / seen } : {}) }),
  };
}
