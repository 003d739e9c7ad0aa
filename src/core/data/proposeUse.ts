import type { SnapshotId } from '../ids.ts';
import type { Network, ValueInfo } from '../network/network.ts';
import type { DatasetSummary, Reading } from './dataset.ts';
import type { DataUse, Preprocessing, Split, TargetUse } from './dataUse.ts';
import { fitNumbers } from './fitNumbers.ts';
import { columnNamed, unfit } from './inputMaker.ts';
import { proposeInput } from './proposeInput.ts';
import { isScalar, type RawExamples } from './rawExamples.ts';
import { splitRows } from './splitRows.ts';
import { compareNaturally, countValues, maxCategories } from './summarise.ts';
import { groupsOf, targetValues } from './targets.ts';

/** A data set as read, and what a recipe says of it. */
export interface UsableData {
  readonly dataset: SnapshotId;
  readonly name: string;
  readonly reading: Reading;
  readonly examples: RawExamples;
  readonly summary: DatasetSummary;
}

export interface ProposalWishes {
  /** Of the split. */
  readonly seed?: number;
  /** The column to predict, instead of the data set's label. */
  readonly label?: string;
  /** The output that predicts it, instead of the first. */
  readonly output?: string;
  /** By output: class names the model already has, in its order. */
  readonly classes?: Readonly<Record<string, readonly string[]>>;
}

export interface ProposedUse {
  readonly use: DataUse;
  /** Heads whose outputs are not as many as the classes: they must be replaced before training. */
  readonly replaceHeads: readonly {
    readonly output: string;
    readonly units: number;
    readonly classes: number;
  }[];
}

/** Whole numbers with more values than this are predicted as numbers. */
const mostNumberClasses = 100;

/**
 * How a data set would feed a network and what it would learn: shapes matched, statistics fitted on the
 * training part, 80 % to train on and 10 % each for validation and test.
 *
 * @throws LineageError `data-unfit`: says what to choose instead.
 */
export function proposeUse(
  network: Network,
  data: UsableData,
  wishes: ProposalWishes = {},
): ProposedUse {
  const { examples, summary } = data;
  const label = wishes.label ?? summary.label;
  if (label === undefined)
    throw unfit(
      `"${data.name}" has no column to predict: say which one holds the labels, or choose labelled data`,
    );
  const output = outputOf(network, wishes.output);
  const unfitted = targetOf(examples, label, wishes.classes?.[output.name]);
  const split: Split = {
    train: 0.8,
    validation: 0.1,
    test: 0.1,
    seed: wishes.seed ?? 1,
    stratified: unfitted.classes !== undefined,
  };
  const train = trainingRows(examples, split, unfitted);
  const source = { examples, summary, label, train };
  const inputs: Record<string, Preprocessing> = {};
  for (const input of network.inputs) inputs[input.name] = proposeInput(network, input, source);
  const target = fitTarget(examples, unfitted, train);
  return {
    use: {
      dataset: data.dataset,
      name: data.name,
      reading: data.reading,
      inputs,
      targets: { [output.name]: target },
      split,
      augment: [],
      asCopies: false,
    },
    replaceHeads: headsToReplace(output, target),
  };
}

function outputOf({ outputs }: Network, name: string | undefined): ValueInfo {
  const output = name === undefined ? outputs[0] : outputs.find((one) => one.name === name);
  if (output !== undefined) return output;
  throw unfit(`the model has no output "${name ?? ''}"`);
}

function targetOf(
  examples: RawExamples,
  label: string,
  known: readonly string[] | undefined,
): TargetUse {
  const column = columnNamed(examples, label);
  if (!isScalar(column))
    throw unfit(`"${label}" is no single value an example, so it cannot be predicted`);
  const numeric = column.is === 'numbers';
  const most = numeric ? mostNumberClasses : maxCategories;
  const whole = !numeric || column.data.every((value) => Number.isInteger(value));
  const values = whole ? countValues(column, examples.count, most) : undefined;
  if (values === undefined) {
    if (numeric) return { column: label };
    throw unfit(`"${label}" has more than ${most} different words: choose a column of classes`);
  }
  const classes = values.map(({ value }) => value).sort(compareNaturally);
  if (known !== undefined && classes.every((name) => known.includes(name)))
    return { column: label, classes: known };
  return { column: label, classes };
}

function trainingRows(examples: RawExamples, split: Split, target: TargetUse): Uint32Array {
  const values = targetValues(examples, target);
  return splitRows(examples, split, groupsOf([values], examples.count)).train;
}

function fitTarget(examples: RawExamples, target: TargetUse, train: Uint32Array): TargetUse {
  if (target.classes !== undefined) return target;
  const { mean, deviation } = fitNumbers(examples, [target.column], train, 'all');
  return { ...target, mean: mean[0] ?? 0, deviation: deviation[0] ?? 1 };
}

function headsToReplace(
  { name, shape }: ValueInfo,
  { classes }: TargetUse,
): ProposedUse['replaceHeads'] {
  const units = shape.at(-1);
  const wanted = classes?.length ?? 1;
  if (typeof units !== 'number' || units === wanted) return [];
  // One unit can tell two classes apart, by a sigmoid.
  if (units === 1 && wanted === 2) return [];
  return [{ output: name, units, classes: wanted }];
}
