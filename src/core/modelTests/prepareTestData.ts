import { applyAugmentation, augmentable } from '../data/augment/applyAugmentation.ts';
import { formOf, type Form } from '../data/augment/form.ts';
import { batchAssembler, type BatchNumbers } from '../data/batches.ts';
import type { Augmentation, DataUse, TargetUse } from '../data/dataUse.ts';
import type { Column } from '../data/examples.ts';
import { columnNamed, inputMaker, unfit, type InputMaker } from '../data/inputMaker.ts';
import { randomFrom } from '../data/random.ts';
import { isScalar, sizeOf, valueText, type RawExamples } from '../data/rawExamples.ts';
import { splitRows } from '../data/splitRows.ts';
import { groupsOf, targetValues, type TargetValues } from '../data/targets.ts';
import type { Finish } from '../training/trainJob.ts';
import type { TestData } from './modelTest.ts';

/** Examples ready to be fed, all at once; the same for every model that is fed alike. */
export interface PreparedTest {
  readonly count: number;
  /** Rows of the data set, ascending. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** By network input: f32, or i32 tokens; `shape` is of one example. */
  readonly inputs: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly values: BatchNumbers }
  >;
  /** By output: i32 classes, −1 for none, or f32 numbers in the target's own unit, NaN for none. */
  readonly targets: ReadonlyMap<
    string,
    { readonly use: TargetUse; readonly values: Int32Array | Float32Array }
  >;
}

/** Which examples, and how they are changed. */
export interface Selection extends Pick<TestData, 'part' | 'where' | 'perturb' | 'seed' | 'limit'> {
  /** These and no others: those that another model was fed. */
  readonly rows?: Uint32Array<ArrayBuffer>;
}

/** Most bytes of prepared inputs: they are held twice while a model is fed. */
const maxBytes = 512 * 1024 ** 2;

// Keys that keep the streams of a test apart from those of training.
const limitStream = 31;
const perturbStream = 32;

/**
 * The examples of a test as a network takes them. The same data, use and selection give the same bits on
 * every machine, and a row is changed alike for every model.
 *
 * @throws LineageError `data-unfit`: no such column, no example left, or a change that does not apply.
 */
export function prepareTestData(
  examples: RawExamples,
  use: DataUse,
  selection: Selection,
): PreparedTest {
  const makers = Object.entries(use.inputs).map(
    ([input, preprocessing]) => [input, inputMaker(preprocessing, examples)] as const,
  );
  const targets = Object.entries(use.targets).map(
    ([head, target]) => [head, target, targetValues(examples, target)] as const,
  );
  const rows = rowsOf(
    examples,
    use,
    targets.map(([, , values]) => values),
    selection,
  );
  checkSize(makers, rows.length);
  for (const change of selection.perturb) checkApplies(change, makers);
  const inputs = makers.map(([name, maker]) => {
    const column = columnOf(name, maker, rows, selection);
    return [name, finished(column, maker.finish, rows.length)] as const;
  });
  return {
    count: rows.length,
    rows,
    inputs: new Map(inputs),
    targets: new Map(
      targets.map(([head, target, values]) => [
        head,
        { use: target, values: pickTargets(target, values, rows) },
      ]),
    ),
  };
}

function rowsOf(
  examples: RawExamples,
  use: DataUse,
  values: readonly TargetValues[],
  { part, where, limit, seed, rows }: Selection,
): Uint32Array<ArrayBuffer> {
  if (rows !== undefined) return rows;
  const groups = values.length === 0 ? undefined : groupsOf(values, examples.count);
  const ofPart =
    part === 'all'
      ? Uint32Array.from({ length: examples.count }, (_, row) => row).filter(
          (row) => groups?.[row] !== -1,
        )
      : splitOf(examples, use, values, groups)[part];
  const chosen = where === undefined ? ofPart : rowsWhere(examples, ofPart, where);
  if (chosen.length === 0)
    throw unfit(
      where === undefined
        ? `the ${part} part of ${use.name} is empty: choose another part`
        : `no example of the ${part} part of ${use.name} has ${where.values.slice(0, 5).join(', ')} in "${where.column}"`,
    );
  if (limit === undefined || limit >= chosen.length) return chosen;
  const order = [...chosen];
  randomFrom(seed, limitStream).shuffle(order);
  return Uint32Array.from(order.slice(0, limit)).sort();
}

function splitOf(
  examples: RawExamples,
  { split }: DataUse,
  values: readonly TargetValues[],
  groups: Int32Array | undefined,
) {
  const stratified = split.stratified && values.some((each) => each instanceof Int32Array);
  return splitRows(examples, { ...split, stratified }, groups);
}

function rowsWhere(
  examples: RawExamples,
  rows: Uint32Array<ArrayBuffer>,
  { column: name, values }: NonNullable<TestData['where']>,
): Uint32Array<ArrayBuffer> {
  const column = columnNamed(examples, name);
  if (!isScalar(column)) throw unfit(`"${name}" is no single value an example: choose another`);
  const wanted = new Set(values);
  return rows.filter((row) => wanted.has(valueText(column, row)));
}

type Makers = readonly (readonly [input: string, maker: InputMaker])[];

function checkSize(makers: Makers, count: number): void {
  const bytes = makers.reduce((sum, [, { column }]) => sum + 4 * count * sizeOf(column.shape), 0);
  if (bytes > maxBytes)
    throw unfit(
      `${count} prepared examples take ${bytes} bytes and at most ${maxBytes} are held: test on a slice, or on a limited number of examples`,
    );
}

function checkApplies({ is }: Augmentation, makers: Makers): void {
  const fits = augmentable[is];
  const applies = makers.some(([, { column: { holds = 'numbers' } }]) =>
    fits.includes(holds) || (holds === 'spectrogram' && fits.includes('wave'))); // prettier-ignore
  if (!applies)
    throw unfit(`"${is}" is for ${fits.join(' or ')}, and the model takes none of them`);
}

function columnOf(
  name: string,
  maker: InputMaker,
  rows: Uint32Array,
  { perturb, seed }: Selection,
): Column {
  const { dtype, shape } = maker.column;
  const size = sizeOf(shape);
  const Kind = { u8: Uint8Array, i32: Int32Array, f32: Float32Array }[dtype];
  const data = new Kind(rows.length * size);
  const column: Column = { name, ...maker.column, data };
  const form = formOf(column, maker.finish);
  for (const [at, row] of rows.entries())
    data.set(changed(maker, form, row, perturb, seed), at * size);
  return column;
}

/** A row with every change, each from its own stream: a test with one more change keeps the others. */
function changed(
  maker: InputMaker,
  form: Form,
  row: number,
  perturb: readonly Augmentation[],
  seed: number,
): ArrayLike<number> {
  const draws = perturb.map((augmentation, at) => ({
    augmentation,
    random: randomFrom(seed, perturbStream, at, row),
  }));
  const inSound = new Set<number>();
  const { values } = maker.make(row, (samples, of) => {
    for (const [at, { augmentation, random }] of draws.entries())
      if (applyAugmentation(samples, of, augmentation, { random, full: true })) inSound.add(at);
    return inSound.size > 0;
  });
  for (const [at, { augmentation, random }] of draws.entries())
    if (!inSound.has(at)) applyAugmentation(values, form, augmentation, { random, full: true });
  return values;
}

function finished(column: Column, finish: Finish | undefined, count: number) {
  const { name } = column;
  const part = { count, columns: [column] };
  const data = {
    inputs: { [name]: name },
    targets: {},
    classes: {},
    train: part,
    validation: part,
    test: part,
    augment: [],
    finish: finish === undefined ? {} : { [name]: finish },
  };
  const rows = Uint32Array.from({ length: count }, (_, at) => at);
  const values = batchAssembler(data, part).assemble(rows).inputs.get(name);
  if (values === undefined) throw new Error(`nothing was assembled for ${name}`);
  return { shape: finish?.shape ?? column.shape, values };
}

function pickTargets(
  { mean = 0, deviation = 1 }: TargetUse,
  values: TargetValues,
  rows: Uint32Array,
): Int32Array | Float32Array {
  if (values instanceof Int32Array) return Int32Array.from(rows, (row) => values[row] as number);
  return Float32Array.from(rows, (row) => (values[row] as number) * deviation + mean);
}
