import type { Finish, TrainData } from '../training/trainJob.ts';
import { applyAugmentation, augmentable } from './augment/applyAugmentation.ts';
import { formOf, type Form } from './augment/form.ts';
import type { Augmentation, DataUse } from './dataUse.ts';
import type { Column, Examples } from './examples.ts';
import { inputMaker, unfit, type Change, type InputMaker } from './inputMaker.ts';
import { randomFrom } from './random.ts';
import { sizeOf, type RawExamples } from './rawExamples.ts';
import { splitRows } from './splitRows.ts';
import { groupsOf, targetColumn, targetValues, type TargetValues } from './targets.ts';

/** Bytes of all prepared columns: they are held beside the model while it trains. */
const maxPreparedBytes = 1024 ** 3;

/** Key that keeps the streams of copies apart from those of a split. */
const copyStream = 13;

/**
 * What a network trains on, from a data set as read and the use a recipe makes of it. The same examples
 * and use give the same bits on every machine.
 *
 * Columns are named as the network's inputs, and `target:` with the head. With `asCopies` the training
 * part is followed by a copy of itself for each augmentation, changed once and for all.
 *
 * @throws LineageError `data-unfit`: says what to choose instead.
 */
export function prepareData(examples: RawExamples, use: DataUse): TrainData {
  const makers = Object.entries(use.inputs).map(
    ([input, preprocessing]) => [input, inputMaker(preprocessing, examples)] as const,
  );
  const targets = Object.entries(use.targets).map(
    ([head, target]) => [head, targetValues(examples, target)] as const,
  );
  checkAugmentations(use, makers);
  const values = targets.map(([, each]) => each);
  const hasClasses = values.some((each) => each instanceof Int32Array);
  const groups = values.length === 0 ? undefined : groupsOf(values, examples.count);
  const split = { ...use.split, stratified: use.split.stratified && hasClasses };
  const rows = splitRows(examples, split, groups);
  const copies = use.asCopies ? use.augment : [];
  const total = rows.train.length * (1 + copies.length) + rows.validation.length + rows.test.length;
  checkMemory(makers, total);
  const part = (of: Uint32Array, changes: readonly Augmentation[]): Examples =>
    partOf(makers, targets, of, changes, use.split.seed);
  return {
    inputs: Object.fromEntries(makers.map(([input]) => [input, input])),
    targets: Object.fromEntries(targets.map(([head]) => [head, targetName(head)])),
    classes: classesOf(use),
    train: part(rows.train, copies),
    validation: part(rows.validation, []),
    test: part(rows.test, []),
    augment: use.asCopies ? [] : use.augment,
    finish: Object.fromEntries(
      makers.flatMap(([input, { finish }]): [string, Finish][] =>
        finish === undefined ? [] : [[input, finish]],
      ),
    ),
  };
}

type Makers = readonly (readonly [input: string, maker: InputMaker])[];

function targetName(head: string): string {
  return `target:${head}`;
}

function classesOf({ targets }: DataUse): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(targets).flatMap(([head, { classes }]) =>
      classes === undefined ? [] : [[head, classes]],
    ),
  );
}

/** Each must apply to an input; a sound's only before its spectrum is made, so as copies. */
function checkAugmentations({ augment, asCopies }: DataUse, makers: Makers): void {
  const kinds = makers.map(([, { column }]) => column.holds ?? 'numbers');
  for (const { is } of augment) {
    const fits = augmentable[is];
    if (kinds.some((kind) => fits.includes(kind))) continue;
    const beforeSpectrum = kinds.includes('spectrogram') && fits.includes('wave');
    if (beforeSpectrum && asCopies) continue;
    throw unfit(
      beforeSpectrum
        ? `"${is}" changes the sound before its spectrum is made: apply the augmentations as copies`
        : `"${is}" is for ${fits.map((kind) => kindWords[kind]).join(' or ')}, and the model takes ${kinds.map((kind) => kindWords[kind]).join(' and ')}`,
    );
  }
}

const kindWords: Readonly<Record<Form['is'], string>> = {
  image: 'pictures',
  spectrogram: 'spectra of sound',
  wave: 'sound',
  tokens: 'words',
  numbers: 'numbers',
};

function checkMemory(makers: Makers, rows: number): void {
  const bytes = makers.reduce(
    (sum, [, { column }]) => sum + rows * sizeOf(column.shape) * (column.dtype === 'u8' ? 1 : 4),
    0,
  );
  if (bytes > maxPreparedBytes)
    throw unfit(
      `${rows} prepared examples take ${bytes} bytes and at most ${maxPreparedBytes} are held: use a smaller share of the data, or fewer copies`,
    );
}

function partOf(
  makers: Makers,
  targets: readonly (readonly [string, TargetValues])[],
  rows: Uint32Array,
  copies: readonly Augmentation[],
  seed: number,
): Examples {
  const inputs = makers.map(([name, maker]) => inputColumn(name, maker, rows, copies, seed));
  const times = 1 + copies.length;
  return {
    count: rows.length * times,
    columns: [
      ...inputs,
      ...targets.map(([head, values]) => targetColumn(targetName(head), values, rows, times)),
    ],
  };
}

function inputColumn(
  name: string,
  maker: InputMaker,
  rows: Uint32Array,
  copies: readonly Augmentation[],
  seed: number,
): Column {
  const { dtype, shape } = maker.column;
  const size = sizeOf(shape);
  const length = rows.length * (1 + copies.length) * size;
  const Kind = { u8: Uint8Array, i32: Int32Array, f32: Float32Array }[dtype];
  const data = new Kind(length);
  const column: Column = { name, ...maker.column, data };
  const form = formOf(column, maker.finish);
  let at = 0;
  for (const [copy, augmentation] of [undefined, ...copies].entries())
    for (const row of rows) {
      data.set(changedExample(maker, form, row, augmentation, [seed, copyStream, copy, row]), at);
      at += size;
    }
  return column;
}

function changedExample(
  maker: InputMaker,
  form: Form,
  row: number,
  augmentation: Augmentation | undefined,
  [seed = 0, ...keys]: readonly number[],
): ArrayLike<number> {
  if (augmentation === undefined) return maker.make(row).values;
  const random = randomFrom(seed, ...keys);
  const change: Change = (values, of) =>
    applyAugmentation(values, of, augmentation, { random, full: true });
  const { values, changed } = maker.make(row, change);
  if (!changed) change(values, form);
  return values;
}
