import type { TryInput } from '../creationViews.ts';
import { literal } from '../network/literal.ts';
import type { Literal } from '../network/network.ts';
import type { TrainData } from '../training/trainJob.ts';
import { assembleBatch } from './batches.ts';
import type { Preprocessing } from './dataUse.ts';
import { inputMaker, unfit } from './inputMaker.ts';
import { sizeOf, type RawColumn, type RawExamples } from './rawExamples.ts';
import { resizeImage, withChannels } from './resizeImage.ts';

/**
 * One input a person gives, as a network takes it: exactly as a training example would be.
 *
 * @returns a tensor of one example, without the batch axis: f32, or i64 for tokens.
 * @throws LineageError `data-unfit` for an input of another kind or size.
 */
export function prepareInput(preprocessing: Preprocessing, input: TryInput): Literal {
  const examples: RawExamples = {
    kind: 'table',
    count: 1,
    columns: rawColumns(preprocessing, input),
  };
  const { column, finish, make } = inputMaker(preprocessing, examples);
  const { values } = make(0);
  if (values instanceof Int32Array) return literal('i64', column.shape, values);
  const part = { count: 1, columns: [{ name: 'x', ...column, data: values }] };
  const data: TrainData = {
    inputs: { x: 'x' },
    targets: {},
    classes: {},
    train: part,
    validation: part,
    test: part,
    augment: [],
    finish: finish === undefined ? {} : { x: finish },
  };
  const numbers = assembleBatch(data, part, [0]).inputs.get('x') ?? [];
  return literal('f32', finish?.shape ?? column.shape, numbers);
}

/** The given input as the columns that the preprocessing names. */
function rawColumns(preprocessing: Preprocessing, input: TryInput): RawColumn[] {
  if (preprocessing.is === 'numbers') return numberColumns(preprocessing, input);
  const name = preprocessing.column;
  switch (input.is) {
    case 'pixels': {
      const { width, height, channels, pixels } = input;
      return [{ is: 'images', name, images: [{ width, height, channels, data: pixels }] }];
    }
    case 'wave':
      return [{ is: 'audio', name, clips: [input] }];
    case 'text':
      return [{ is: 'strings', name, values: [input.text] }];
    case 'numbers':
      return [{ is: 'numbers', name, shape: [input.values.length], data: Float32Array.from(input.values) }]; // prettier-ignore
  }
}

function numberColumns(
  { columns, shape }: Extract<Preprocessing, { is: 'numbers' }>,
  input: TryInput,
): RawColumn[] {
  const values = numbersOf(input, sizeOf(shape));
  const [only] = columns;
  if (values.length !== sizeOf(shape))
    throw unfit(`the model takes ${sizeOf(shape)} numbers, and ${values.length} were given`);
  if (columns.length === 1 && only !== undefined)
    return [{ is: 'numbers', name: only, shape: [values.length], data: values }];
  if (columns.length !== values.length)
    throw unfit('the model takes several arrays of numbers: give them as a data set');
  return columns.map((name, at) => ({
    is: 'numbers',
    name,
    shape: [],
    data: values.slice(at, at + 1),
  }));
}

function numbersOf(input: TryInput, size: number): Float32Array<ArrayBuffer> {
  switch (input.is) {
    case 'numbers':
      return Float32Array.from(input.values);
    case 'pixels':
      return pixelNumbers(input, size);
    case 'wave':
    case 'text':
      throw unfit(`the model takes numbers, not ${input.is === 'wave' ? 'sound' : 'words'}`);
  }
}

/** A drawn digit for a model that takes its pixels as a row of numbers: made square and grey if need be. */
function pixelNumbers(
  { width, height, channels, pixels }: Extract<TryInput, { is: 'pixels' }>,
  size: number,
): Float32Array<ArrayBuffer> {
  const side = Math.sqrt(size);
  if (pixels.length === size || !Number.isInteger(side)) return Float32Array.from(pixels);
  const grey = withChannels({ width, height, channels, data: pixels }, 1);
  return Float32Array.from(resizeImage(grey, side, side).data);
}
