import { dtypeBits, elementCount, tensorBytes } from '../../core/dtype.ts';
import type { SnapshotContent } from '../../core/ports/modelFormats.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import { isRowMajor } from '../strides.ts';

type Piece = Uint8Array<ArrayBuffer>;

/** Bytes that are gathered at once from a strided view. */
const gatheredBytes = 1 << 20;

/**
 * A tensor's bytes, row-major and contiguous, in pieces. The caller owns them.
 *
 * A contiguous part streams; for a strided one, what it spans of its payload is held.
 */
export async function* tensorPieces(
  tensor: TensorEntry,
  content: SnapshotContent,
): AsyncGenerator<Piece> {
  const { dtype, shape, payload, view } = tensor;
  if (payload === undefined) throw new Error(`${tensor.name} has no payload`);
  const size = tensorBytes(dtype, shape);
  if (size === 0) return;
  if (view === undefined || isRowMajor(shape, view.strides)) {
    yield* part(content.payload(payload), view?.byteOffset ?? 0, size);
    return;
  }
  const element = dtypeBits[dtype] / 8;
  const reach = shape.reduce(
    (sum, extent, axis) => sum + (extent - 1) * (view.strides[axis] ?? 0),
    1,
  );
  const span = new Uint8Array(reach * element);
  let filled = 0;
  for await (const piece of part(content.payload(payload), view.byteOffset, span.length)) {
    span.set(piece, filled);
    filled += piece.length;
  }
  yield* gather(span, shape, view.strides, element);
}

/** `size` bytes of a stream from `offset` on. */
async function* part(
  stream: AsyncIterable<Piece>,
  offset: number,
  size: number,
): AsyncGenerator<Piece> {
  let skip = offset;
  let left = size;
  for await (const piece of stream) {
    const from = Math.min(skip, piece.length);
    skip -= from;
    const taken = from === 0 && piece.length <= left ? piece : piece.slice(from, from + left);
    left -= taken.length;
    if (taken.length > 0) yield taken;
    if (left === 0) return;
  }
  throw new Error(`a payload ends ${left} bytes early`);
}

function* gather(
  span: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  element: number,
): Generator<Piece> {
  const total = elementCount(shape);
  const index = shape.map(() => 0);
  const step = Math.max(1, Math.floor(gatheredBytes / element));
  let from = 0;
  for (let done = 0; done < total; done += step) {
    const count = Math.min(step, total - done);
    const out = new Uint8Array(count * element);
    for (let at = 0; at < out.length; at += element) {
      for (let byte = 0; byte < element; byte++) out[at + byte] = span[from * element + byte] ?? 0;
      from = advance(index, shape, strides, from);
    }
    yield out;
  }
}

/** Moves `index` to the next element in row-major order and gives its place. */
function advance(
  index: number[],
  shape: readonly number[],
  strides: readonly number[],
  from: number,
): number {
  let place = from;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const next = (index[axis] ?? 0) + 1;
    const stride = strides[axis] ?? 0;
    if (next < (shape[axis] ?? 1)) {
      index[axis] = next;
      return place + stride;
    }
    index[axis] = 0;
    place -= (next - 1) * stride;
  }
  return place;
}
