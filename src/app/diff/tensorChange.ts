import type { TensorDifferenceDetail } from '../../core/diffViews.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import {
  DifferenceDetails,
  DifferenceSums,
  type DifferenceMoments,
} from '../../core/tensor/differences.ts';
import {
  ColumnsGram,
  ColumnStrip,
  Projection,
  RandomProduct,
  transposedMatrix,
  type MatrixPass,
} from '../../core/tensor/matrixSums.ts';
import { orthonormalise, rankOf, singularValuesOfGram } from '../../core/tensor/singularValues.ts';
import {
  sideBySide,
  tensorNumbers,
  transposedNumbers,
  Turns,
  type Steps,
  type StoredTensor,
} from './tensorNumbers.ts';

/** Two stored tensors of one shape; `transposed`: `b` is compared with `a` transposed. */
export interface ComparedTensors {
  readonly a: StoredTensor;
  readonly b: StoredTensor;
  readonly transposed: boolean;
}

type Content = Pick<ContentStore, 'read'>;

const bins = 64;
const largestChanges = 24;
/** Smaller sides up to this have all their singular values computed. */
const exactSide = 256;
/** Multiplications that all singular values may take: a few seconds. */
const exactWork = 4e9;
/** Numbers of a matrix held at a time, 32 MiB; the sketch's bound as well. */
const heldNumbers = 4 * 1024 * 1024;
const sketchWidth = 64;
/** Numbers compared between two pauses: a few milliseconds. */
const numbersInTurn = 512 * 1024;
/** Multiplications between two pauses. */
const workInTurn = 16e6;
/** Singular values told, at most. */
const toldValues = 64;

/** Reads two tensors once, side by side. Holds a few chunks of each; a strip where transposed. */
export async function tensorChange(
  content: Content,
  tensors: ComparedTensors,
  steps: Steps,
): Promise<DifferenceMoments> {
  const sums = new DifferenceSums([tensors.a.entry.dtype, tensors.b.entry.dtype]);
  const turns = new Turns(steps, numbersInTurn);
  for await (const [a, b] of numbersOf(content, tensors, steps)) {
    sums.update(a, b);
    await turns.take(b.length);
  }
  return sums.result();
}

function numbersOf(
  content: Content,
  { a, b, transposed }: ComparedTensors,
  { signal }: Steps,
): AsyncGenerator<readonly [Float64Array, Float64Array]> {
  const left = (transposed ? transposedNumbers : tensorNumbers)(content, a, signal);
  return sideBySide(left, tensorNumbers(content, b, signal));
}

/** Reads them again for the histogram and the singular values of b − a. */
export async function tensorChangeDetail(
  content: Content,
  tensors: ComparedTensors,
  moments: DifferenceMoments,
  steps: Steps,
): Promise<Omit<TensorDifferenceDetail, 'pair'>> {
  const details = new DifferenceDetails(moments.largest, bins, largestChanges);
  const turns = new Turns(steps, numbersInTurn);
  for await (const [a, b] of numbersOf(content, tensors, steps)) {
    details.update(a, b);
    await turns.take(b.length);
  }
  const { histogram, range, largest } = details.result();
  const { shape } = tensors.b.entry;
  const spectrum = await spectrumOf(content, tensors, moments, steps);
  return {
    ...moments,
    histogram,
    range,
    largestChanges: largest.map(({ at, a, b }) => ({ at: indexOf(at, shape), a, b })),
    ...spectrum,
    looksLike: spectrumWords(spectrum, moments),
  };
}

/** Place along each axis of the element at a flat index. */
function indexOf(at: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = at;
  for (const extent of [...shape].reverse()) {
    index.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return index;
}

type Spectrum = Pick<TensorDifferenceDetail, 'singularValues' | 'rank'>;

function spectrumWords({ rank }: Spectrum, { looksLike }: DifferenceMoments): string {
  const isPlain = /everywhere|^in /.test(looksLike);
  if (rank === undefined || !isPlain || rank.of < 4 || rank.value > Math.max(1, rank.of / 8))
    return looksLike;
  return `low rank: ${rank.exact ? '' : 'about '}${rank.value} of ${rank.of}`;
}

async function spectrumOf(
  content: Content,
  tensors: ComparedTensors,
  moments: DifferenceMoments,
  steps: Steps,
): Promise<Spectrum> {
  const [rows = 1, ...others] = tensors.b.entry.shape;
  const columns = others.reduce((product, extent) => product * extent, 1);
  const isComplex = moments.elements !== rows * columns;
  if (rows < 2 || columns < 2 || isComplex || moments.largest === 0) return {};
  if (!Number.isFinite(moments.norm)) return {};
  // Divided by the largest change, so that no square overflows or vanishes.
  const by = 1 / Math.max(moments.largest, 1e-300);
  const turns = new Turns(steps, workInTurn);
  const read: ReadPass = async (pass, cost) => {
    for await (const [a, b] of numbersOf(content, tensors, steps))
      await inPieces(
        b.map((y, i) => finite((y - (a[i] as number)) * by)),
        pass,
        turns,
        cost,
      );
  };
  const least = Math.min(rows, columns);
  const exact = least <= exactSide && least * rows * columns <= exactWork;
  const gram = exact
    ? await exactGram(read, turns, rows, columns)
    : await sketchGram(read, rows, columns);
  steps.signal.throwIfAborted();
  const values = singularValuesOfGram(gram, Math.sqrt(gram.length));
  const total = (moments.norm * by) ** 2;
  const value = Math.min(least, rankOf(values, total, 0.99));
  return {
    singularValues: values.slice(0, toldValues).map((each) => each * moments.largest),
    rank: { value, of: least, exact },
  };
}

function finite(value: number): number {
  return value - value === 0 ? value : 0;
}

/** Gives the changes to a pass; `cost` in multiplications for each number. */
type ReadPass = (pass: MatrixPass, cost: number) => Promise<void>;

async function inPieces(
  numbers: Float64Array,
  pass: MatrixPass,
  turns: Turns,
  cost: number,
): Promise<void> {
  const length = Math.max(1, Math.floor(workInTurn / cost));
  for (let at = 0; at < numbers.length; at += length) {
    const piece = numbers.subarray(at, at + length);
    pass.update(piece);
    await turns.take(piece.length * cost);
  }
}

/** M·Mᵀ or MᵀM, the smaller one. */
async function exactGram(
  read: ReadPass,
  turns: Turns,
  rows: number,
  columns: number,
): Promise<Float64Array> {
  const side = Math.min(rows, columns);
  const gram = new ColumnsGram(side);
  if (columns <= rows) await read(gram, side);
  else {
    const width = Math.max(1, Math.floor(heldNumbers / rows));
    for (let from = 0; from < columns; from += width) {
      const strip = new ColumnStrip(rows, columns, from, Math.min(columns, from + width));
      await read(strip, 4);
      await inPieces(transposedMatrix(strip.strip, rows), gram, turns, side);
    }
  }
  return gram.gram;
}

/** The Gram matrix of the part of the matrix that a random sketch found. */
async function sketchGram(read: ReadPass, rows: number, columns: number): Promise<Float64Array> {
  const k = Math.max(4, Math.min(sketchWidth, Math.floor((2 * heldNumbers) / (rows + columns))));
  const sketch = new RandomProduct(rows, columns, k);
  await read(sketch, k);
  orthonormalise(sketch.product, rows, k);
  const projection = new Projection(sketch.product, columns, k);
  await read(projection, k);
  const gram = new ColumnsGram(k);
  gram.update(projection.product);
  return gram.gram;
}
