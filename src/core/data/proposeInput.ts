import type { Network, ValueInfo } from '../network/network.ts';
import type { ColumnSummary, DatasetSummary } from './dataset.ts';
import type { Preprocessing } from './dataUse.ts';
import { fitNumbers } from './fitNumbers.ts';
import { columnNamed, unfit } from './inputMaker.ts';
import { longestText } from './previewOf.ts';
import { proposeSound } from './proposeSound.ts';
import { sizeOf, type RawExamples } from './rawExamples.ts';
import { vocabularyOf } from './vocabularyOf.ts';

/** What an input may be made of. */
export interface InputSource {
  readonly examples: RawExamples;
  readonly summary: DatasetSummary;
  /** The column that is predicted. */
  readonly label: string;
  /** Rows of the training part. */
  readonly train: Uint32Array;
}

/** Tokens of a sentence where the network takes any number. */
const openTokens = 64;
/** Side of pictures where neither the network nor the data settles it. */
const openSide = 224;

/**
 * How the data would become this input.
 *
 * @throws LineageError `data-unfit`: what the model takes, what the data has, what to choose instead.
 */
export function proposeInput(
  network: Network,
  input: ValueInfo,
  source: InputSource,
): Preprocessing {
  const columns = source.summary.columns.filter(({ name }) => name !== source.label);
  const rest = input.shape.slice(1);
  const whole = input.dtype === 'i32' || input.dtype === 'i64';
  if (!whole && !['f32', 'f16', 'f64'].includes(input.dtype))
    throw unfit(`the input "${input.name}" takes ${input.dtype}, which no data is prepared as`);
  if (whole) return proposeTokens(network, input, source);
  const sound = columns.find(({ type }) => type === 'audio');
  if (sound !== undefined) return proposeSound(input, columnNamed(source.examples, sound.name));
  const picture = columns.find(({ type }) => type === 'image');
  if (picture !== undefined) return proposePicture(input, picture, rest, source);
  return proposeNumbers(input, columns, rest, source);
}

function words({ name, shape }: ValueInfo): string {
  return `the input "${name}" takes [${shape.join(', ')}]`;
}

function proposeTokens(network: Network, input: ValueInfo, source: InputSource): Preprocessing {
  const texts = source.examples.columns.filter(({ name }) => name !== source.label);
  const text = longestText(texts.filter(({ name }) => name !== 'file'));
  const [length, ...more] = input.shape.slice(1);
  if (text === undefined || more.length > 0)
    throw unfit(`${words(input)} of whole numbers, such as words, and the data holds no sentences`);
  const vocabulary = vocabularyOf(network, input.name);
  if (vocabulary === undefined)
    throw unfit(
      `${words(input)}, and it cannot be seen how many words the model knows: no embedding follows it`,
    );
  return {
    is: 'tokens',
    column: text.name,
    // 256 bytes and the padding: what byte models have.
    tokenizer: vocabulary >= 257 && vocabulary <= 260 ? 'bytes' : 'words',
    vocabulary,
    length: typeof length === 'number' ? length : openTokens,
  };
}

function proposePicture(
  input: ValueInfo,
  column: ColumnSummary,
  rest: ValueInfo['shape'],
  source: InputSource,
): Preprocessing {
  const layout = pictureLayout(rest);
  if (layout !== undefined) {
    const size = sideOf(column);
    return {
      is: 'image',
      column: column.name,
      height: typeof layout.height === 'number' ? layout.height : size.height,
      width: typeof layout.width === 'number' ? layout.width : size.width,
      channels: layout.channels,
      layout: layout.layout,
      scale: 1 / 255,
      mean: [0],
      deviation: [1],
      invert: false,
    };
  }
  const array = source.examples.columns.find(({ name }) => name === column.name);
  const size = array?.is === 'numbers' ? sizeOf(array.shape) : 0;
  if (
    array?.is === 'numbers' &&
    rest.every((extent) => typeof extent === 'number') &&
    sizeOf(rest) === size
  )
    // prettier-ignore
    return arrayUse(column.name, rest, array.data instanceof Uint8Array, source);
  throw unfit(
    `${words(input)}, and the pictures are ${shapeWords(column)}: choose a model that takes pictures, [N, channels, height, width]${size > 0 ? `, or ${size} numbers` : ''}`,
  );
}

function pictureLayout(rest: ValueInfo['shape']) {
  const [first, second, third] = rest;
  if (rest.length !== 3) return undefined;
  if (first === 1 || first === 3)
    return { layout: 'NCHW', channels: first, height: second, width: third } as const;
  if (third === 1 || third === 3)
    return { layout: 'NHWC', channels: third, height: first, width: second } as const;
  return undefined;
}

function sideOf({ shape = [] }: ColumnSummary): { height: number; width: number } {
  const sides = shape.filter((extent) => extent > 3);
  const [height = openSide, width = height] = sides;
  return { height, width };
}

function shapeWords({ shape }: ColumnSummary): string {
  return shape === undefined ? 'of different sizes' : shape.join(' × ');
}

/** Bytes become 0 to 1; other numbers are standardised, all alike. */
function arrayUse(
  name: string,
  shape: readonly number[],
  bytes: boolean,
  { examples, train }: InputSource,
): Preprocessing {
  const fitted = bytes
    ? { mean: [0], deviation: [255] }
    : fitNumbers(examples, [name], train, 'all');
  return { is: 'numbers', columns: [name], shape, ...fitted };
}

function proposeNumbers(
  input: ValueInfo,
  columns: readonly ColumnSummary[],
  rest: ValueInfo['shape'],
  source: InputSource,
): Preprocessing {
  const array = columns.find(({ type, shape = [] }) => type === 'array' && fitted(rest, sizeOf(shape)) !== undefined); // prettier-ignore
  if (array !== undefined)
    return arrayUse(array.name, fitted(rest, sizeOf(array.shape ?? [])) ?? [], false, source);
  const features = columns.filter(({ type }) => type === 'number').map(({ name }) => name);
  const shape = fitted(rest, features.length);
  if (shape === undefined || features.length === 0)
    throw unfit(
      `${words(input)}, and the data has ${numbersText(features.length, source.label)}${kindHint(columns)}: choose ${features.length === 0 ? 'a model that takes such data' : 'a model that takes as many'}, or other data`,
    );
  // The values of a grid are of one kind, pixels say; those of a row are not.
  const per = shape.length === 1 ? 'feature' : 'all';
  const statistics = fitNumbers(source.examples, features, source.train, per);
  return { is: 'numbers', columns: features, shape, ...statistics };
}

/** The input's shape if it takes `count` numbers; one open extent takes what is left. */
function fitted(rest: ValueInfo['shape'], count: number): number[] | undefined {
  const known = rest.filter((extent) => typeof extent === 'number');
  const product = sizeOf(known);
  const open = rest.length - known.length;
  if (open > 1 || (open === 0 && product !== count) || count % product !== 0) return undefined;
  return rest.map((extent) => (typeof extent === 'number' ? extent : count / product));
}

function numbersText(count: number, label: string): string {
  const columns = count === 1 ? 'column' : 'columns';
  return `${count === 0 ? 'no' : count} ${columns} of numbers beside "${label}"`;
}

function kindHint(columns: readonly ColumnSummary[]): string {
  return columns.some(({ type }) => type === 'text') ? ' (it holds sentences)' : '';
}
