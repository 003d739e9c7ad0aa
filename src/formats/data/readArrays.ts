import type { RawColumn, RawExamples, RawNumbers } from '../../core/data/rawExamples.ts';
import { sizeOf } from '../../core/data/rawExamples.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { contentsOf, entriesOf, stem } from './dataFiles.ts';
import { invalid } from './failures.ts';
import { parseIdx, type DataArray } from './idx.ts';
import { maxDecodedBytes, maxExamples } from './limits.ts';
import { parseNpy } from './npy.ts';

/**
 * Files of examples and files of labels, paired: by what their names begin with where there are
 * several pairs, which are joined.
 *
 * @throws LineageError `dataset-invalid`: damaged, or not as many labels as examples; `file-unreadable`.
 */
export async function readArrays(
  files: readonly ByteSource[],
  format: 'idx' | 'npy',
): Promise<RawExamples> {
  const parse = format === 'idx' ? parseIdx : parseNpy;
  const arrays: NamedArray[] = [];
  for (const file of files)
    arrays.push({
      file: file.path,
      array: parse(await contentsOf(file, maxDecodedBytes), file.path),
    });
  const examples = arrays.filter(({ array }) => !isList(array));
  const labels = arrays.filter(({ array }) => isList(array));
  if (examples.length === 0)
    throw invalid(files[0]?.path ?? '', 'there are only labels: add the file of their examples');
  if (labels.length === 0) return examplesOf([joined(nameOf(examples), examples)]);
  const pairs = paired(examples, labels);
  return examplesOf([
    joined(nameOf(examples), pairs.map(([example]) => example)),
    joined('label', pairs.map(([, label]) => label)),
  ]); // prettier-ignore
}

/**
 * The arrays of an NPZ archive that have as many examples as `inputs`.
 *
 * @throws LineageError `dataset-invalid`: damaged, or an array is not there; `file-unreadable`.
 */
export async function readNpz(
  file: ByteSource,
  inputs: string,
  labels: string | undefined,
): Promise<RawExamples> {
  const entries = await entriesOf(file);
  const arrayOf = async (name: string): Promise<NamedArray> => {
    const entry = entries.find(({ path }) => path === `${file.path}/${name}.npy`);
    if (entry === undefined) throw invalid(file.path, `it holds no array "${name}"`);
    return {
      file: entry.path,
      array: parseNpy(await contentsOf(entry, maxDecodedBytes), entry.path),
    };
  };
  const wanted = [inputs, ...(labels === undefined ? [] : [labels])];
  const columns: NamedColumn[] = [];
  for (const name of wanted) columns.push(joined(name, [await arrayOf(name)]));
  return examplesOf(columns);
}

interface NamedArray {
  readonly file: string;
  readonly array: DataArray;
}

interface NamedColumn extends NamedArray {
  readonly name: string;
}

function nameOf([first]: readonly NamedArray[]): string {
  const bytes = first?.array.values instanceof Uint8Array;
  return isPicture(first?.array.shape.slice(1) ?? [], bytes) ? 'image' : 'values';
}

/** One value for each example. */
function isList({ shape }: DataArray): boolean {
  return sizeOf(shape.slice(1)) === 1;
}

function paired(
  examples: readonly NamedArray[],
  labels: readonly NamedArray[],
): (readonly [NamedArray, NamedArray])[] {
  const [example] = examples;
  const [label] = labels;
  if (examples.length === 1 && labels.length === 1 && example !== undefined && label !== undefined)
    return [checked(example, label)];
  const byBeginning = new Map(labels.map((one) => [beginning(one.file), one]));
  return examples.map((one) => {
    const match = byBeginning.get(beginning(one.file));
    if (match === undefined || labels.length !== examples.length)
      throw invalid(
        one.file,
        `it is not clear which labels belong to it: ${examples.length} files of examples, ${labels.length} of labels`,
      );
    return checked(one, match);
  });
}

/** `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` begin with `train`; so do `train_x`, `train_y`. */
function beginning(file: string): string {
  return stem(file).toLowerCase().split(/[-_. ]?(images?|labels?|inputs?|targets?|x|y)(?![a-z])/)[0] ?? ''; // prettier-ignore
}

function checked(example: NamedArray, label: NamedArray): readonly [NamedArray, NamedArray] {
  const [examples = 0] = example.array.shape;
  const [labels = 0] = label.array.shape;
  if (examples !== labels)
    throw invalid(label.file, `it has ${labels} labels for ${examples} examples`);
  return [example, label];
}

function joined(name: string, arrays: readonly NamedArray[]): NamedColumn {
  const [first] = arrays;
  if (first === undefined) throw new Error('no arrays to join');
  if (arrays.length === 1) return { ...first, name };
  const shape = first.array.shape.slice(1);
  for (const { file, array } of arrays)
    if (array.shape.slice(1).join() !== shape.join() || kindOf(array) !== kindOf(first.array))
      throw invalid(
        file,
        `its examples have shape [${array.shape.slice(1).join(', ')}], those of ${first.file} [${shape.join(', ')}]`,
      );
  const count = arrays.reduce((sum, { array }) => sum + (array.shape[0] ?? 0), 0);
  return {
    name,
    file: first.file,
    array: {
      shape: [count, ...shape],
      values: joinedValues(arrays.map(({ array }) => array.values)),
    },
  };
}

const kindOf = ({ values }: DataArray): string =>
  Array.isArray(values) ? 'text' : (values as RawNumbers).constructor.name;

function joinedValues(parts: readonly DataArray['values'][]): DataArray['values'] {
  const [first] = parts;
  if (first === undefined || isTexts(first)) return parts.flatMap((part) => [...part] as string[]);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const Kind = first.constructor as new (length: number) => RawNumbers;
  const whole = new Kind(total);
  let at = 0;
  for (const part of parts) {
    whole.set(part as RawNumbers, at);
    at += part.length;
  }
  return whole;
}

function isTexts(values: DataArray['values']): values is readonly string[] {
  return Array.isArray(values);
}

function examplesOf(columns: readonly NamedColumn[]): RawExamples {
  const [first] = columns;
  const count = first?.array.shape[0] ?? 0;
  const file = first?.file ?? '';
  if (first?.array.shape.length === 0) throw invalid(file, 'it holds a single number');
  if (count === 0) throw invalid(file, 'it holds no examples');
  if (count > maxExamples) throw invalid(file, `it has more than ${maxExamples} examples`);
  const made = columns.map((column) => columnOf(column, count));
  const pictures = made.some((column) => column.is === 'numbers' && column.picture === true);
  return { kind: pictures ? 'images' : 'table', count, columns: made };
}

function columnOf({ name, file, array }: NamedColumn, count: number): RawColumn {
  const { shape, values } = array;
  if (shape[0] !== count)
    throw invalid(file, `it has ${shape[0] ?? 0} values for ${count} examples`);
  const one = shape.slice(1);
  if (isTexts(values)) {
    if (sizeOf(one) !== 1) throw invalid(file, 'it holds several texts for each example');
    return { is: 'strings', name, values };
  }
  if (!values.every(Number.isFinite)) throw invalid(file, 'it holds values that are not numbers');
  if (sizeOf(one) === 1) return { is: 'numbers', name, shape: [], data: values };
  const picture = isPicture(one, values instanceof Uint8Array);
  return { is: 'numbers', name, shape: one, data: values, ...(picture ? { picture } : {}) };
}

/** Sides of at least 8, as the smallest digits have; one or three channels, first or last. */
function isPicture(shape: readonly number[], bytes: boolean): boolean {
  const sides = (...extents: readonly number[]): boolean => extents.every((side) => side >= 8);
  const channels = (extent: number): boolean => extent === 1 || extent === 3;
  const [first = 0, second = 0, third = 0] = shape;
  if (shape.length === 2) return bytes && sides(first, second);
  if (shape.length !== 3) return false;
  if (channels(first)) return sides(second, third);
  return channels(third) && sides(first, second);
}
