import type { Tile, TileOrder } from '../../core/diffViews.ts';
import { elementCount } from '../../core/dtype.ts';
import { fromBase64 } from '../../core/base64.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { Cancellation } from '../../core/ports/run.ts';
import { chunkBytes } from '../../core/snapshot.ts';
import { decodeElements, unitBytes, unitNumbers } from '../../core/tensor/elements.ts';
import { numberCount } from '../../core/tensor/numberBlocks.ts';
import { TileCells } from '../../core/tensor/tile.ts';
import { gathered, Turns, type Steps, type StoredTensor } from './tensorNumbers.ts';

type Content = Pick<ContentStore, 'read'>;

/** Numbers of a band read at a time, 4 MiB, and then a pause. */
const bandNumbers = 512 * 1024;

/** A tensor seen as a matrix: first axis down, the others across; complex numbers take two columns. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** A rectangle of it, row-major. */
  read(rows: Range, columns: Range): Promise<Float64Array>;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Reads the chunks that a rectangle touches, and no others; a strided view is gathered whole. */
function matrixOf(content: Content, tensor: StoredTensor, signal: Cancellation): Matrix {
  const { dtype, shape } = tensor.entry;
  const rows = shape[0] ?? 1;
  const numbers = numberCount(dtype, elementCount(shape));
  const columns = rows === 0 ? 0 : numbers / rows;
  const bytes = byteReader(content, tensor, signal);
  const inUnit = unitNumbers(dtype);
  const unit = unitBytes(dtype);
  return {
    rows,
    columns,
    async read(down, across) {
      const width = across.to - across.from;
      const result = new Float64Array((down.to - down.from) * width);
      for (let row = down.from; row < down.to; row++) {
        const first = row * columns + across.from;
        const from = Math.floor(first / inUnit);
        const to = Math.ceil((first + width) / inUnit);
        const found = decodeElements(dtype, await bytes(from * unit, to * unit));
        const skipped = first - from * inUnit;
        result.set(found.subarray(skipped, skipped + width), (row - down.from) * width);
      }
      return result;
    },
  };
}

/** Bytes from one offset to another; what is past the end is 0. Keeps the latest chunk. */
function byteReader(
  content: Content,
  tensor: StoredTensor,
  signal: Cancellation,
): (from: number, to: number) => Promise<Uint8Array> {
  const { payload, entry } = tensor;
  let kept: { readonly index: number; readonly bytes: Uint8Array } | undefined;
  const load = async (index: number): Promise<Uint8Array> => {
    signal.throwIfAborted();
    if (entry.view !== undefined) return gathered(content, tensor, signal);
    if (payload.inline !== undefined) return fromBase64(payload.inline);
    const chunk = payload.chunks[index];
    return chunk === undefined ? new Uint8Array(0) : content.read(chunk);
  };
  const piece = entry.view === undefined ? chunkBytes : Infinity;
  return async (from, to) => {
    const bytes = new Uint8Array(to - from);
    for (let at = from; at < to;) {
      const index = Math.floor(at / piece);
      if (kept?.index !== index) kept = { index, bytes: await load(index) };
      const start = index === 0 ? 0 : index * piece;
      const end = Math.min(to, index === 0 ? piece : start + piece);
      bytes.set(kept.bytes.subarray(at - start, end - start), at - from);
      at = end;
    }
    return bytes;
  };
}

/** A matrix the other way round. */
function transposed(matrix: Matrix): Matrix {
  const { rows, columns } = matrix;
  return {
    rows: columns,
    columns: rows,
    async read(down, across) {
      const found = await matrix.read(across, down);
      const [height, width] = [down.to - down.from, across.to - across.from];
      const result = new Float64Array(found.length);
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) result[i * width + j] = found[j * height + i] as number;
      return result;
    },
  };
}

/** A bank of filters, out · in · height · width: each a picture, those of one output side by side. */
function filterPictures(matrix: Matrix, height: number, width: number): Matrix {
  const size = height * width;
  return {
    rows: matrix.rows * height,
    columns: height === 0 ? 0 : matrix.columns / height,
    async read(down, across) {
      const [output, input] = [Math.floor(down.from / height), Math.floor(across.from / width)];
      const inputs = { from: input * size, to: Math.ceil(across.to / width) * size };
      const outputs = { from: output, to: Math.ceil(down.to / height) };
      const found = await matrix.read(outputs, inputs);
      const stride = inputs.to - inputs.from;
      const result = new Float64Array((down.to - down.from) * (across.to - across.from));
      let at = 0;
      for (let row = down.from; row < down.to; row++) {
        const start = (Math.floor(row / height) - output) * stride + (row % height) * width;
        for (let column = across.from; column < across.to; column++)
          result[at++] = found[
            start + (Math.floor(column / width) - input) * size + (column % width)
          ] as number;
      }
      return result;
    },
  };
}

/** The matrix that is shown, and the one that is taken from it. */
function matricesOf(
  content: Content,
  tensors: TiledTensors,
  { of, layout = 'matrix' }: TileOrder,
  signal: Cancellation,
): { readonly shown: Matrix; readonly minus?: Matrix } {
  const laidOut = (tensor: StoredTensor): Matrix => {
    const matrix = matrixOf(content, tensor, signal);
    const { shape, dtype } = tensor.entry;
    const isComplex = dtype === 'c64' || dtype === 'c128';
    if (layout === 'matrix' || shape.length !== 4 || isComplex) return matrix;
    return filterPictures(matrix, shape[2] ?? 1, shape[3] ?? 1);
  };
  const a = tensors.a && laidOut(tensors.a);
  const left = a && (tensors.transposed ? transposed(a) : a);
  const right = tensors.b && laidOut(tensors.b);
  const shown = of === 'a' ? left : right;
  if (shown === undefined) throw new Error(`a tile of ${of} where there is no such tensor`);
  if (of !== 'difference') return { shown };
  if (left === undefined) throw new Error('a tile of a difference from no tensor');
  return { shown, minus: left };
}

/** One may be missing where the other alone is asked for; `transposed` turns `a`. */
export interface TiledTensors {
  readonly a?: StoredTensor;
  readonly b?: StoredTensor;
  readonly transposed: boolean;
}

/**
 * A rectangle of `a`, of `b` or of b − a, made small enough to be drawn; cut to what the tensor has.
 */
export async function tensorTile(
  content: Content,
  tensors: TiledTensors,
  order: TileOrder,
  steps: Steps,
): Promise<Tile> {
  const { shown, minus } = matricesOf(content, tensors, order, steps.signal);
  const turns = new Turns(steps, bandNumbers);
  const cut = (value: number, most: number) => Math.min(most, Math.max(0, Math.floor(value)));
  const [top, first] = [cut(order.row, shown.rows), cut(order.column, shown.columns)];
  const end = cut(order.row + order.rows, shown.rows);
  const across = { from: first, to: cut(order.column + order.columns, shown.columns) };
  const width = Math.max(0, across.to - first);
  const cells = new TileCells(end - top, width, cut(order.height, 4096), cut(order.width, 4096));
  const height = Math.max(1, Math.floor(bandNumbers / Math.max(1, width)));
  for (let row = top; row < end && width > 0; row += height) {
    const down = { from: row, to: Math.min(end, row + height) };
    const band = await shown.read(down, across);
    const other = await minus?.read(down, across);
    if (other) for (const [i, x] of other.entries()) band[i] = (band[i] as number) - x;
    cells.add(row - top, band);
    await turns.take(band.length);
  }
  return cells.result(shown.rows, shown.columns);
}
