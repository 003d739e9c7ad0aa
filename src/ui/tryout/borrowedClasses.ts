import type { Prediction } from '../../core/creationViews.ts';

type Output = Prediction['outputs'][number];

/**
 * An output with class names: its own, or those of another model's output with the same name and as many
 * values, so that a parent that was imported can be read beside its child.
 */
export function classesOf(
  output: Output,
  predictions: readonly Prediction[],
): NonNullable<Output['classes']> | undefined {
  if (output.classes !== undefined) return output.classes;
  const named = predictions
    .flatMap(({ outputs }) => outputs)
    .find(
      ({ name, count, classes }) => name === output.name && count === output.count && classes,
    )?.classes;
  if (named?.length !== output.values.length) return undefined;
  const shares = probabilities(output.values);
  return named.map(({ name }, index) => ({ name, probability: shares[index] ?? 0 }));
}

/** Softmax, unless the values are shares of one already. */
function probabilities(values: readonly number[]): readonly number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) < 1e-3 && values.every((value) => value >= 0)) return values;
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - highest));
  const total = powers.reduce((so, power) => so + power, 0);
  return powers.map((power) => power / total);
}
