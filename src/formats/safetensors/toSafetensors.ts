import { dtypeBits, elementCount, tensorBytes } from '../../core/dtype.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { OutputFile, SnapshotContent } from '../../core/ports/modelFormats.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import { maxGatherBytes } from '../limits.ts';
import { withSmallPiecesJoined } from '../segments/pieces.ts';
import { quoted, utf8Bytes } from '../text.ts';
import { nameByDtype } from './dtypes.ts';
import { tensorPieces } from './tensorPieces.ts';

type Piece = Uint8Array<ArrayBuffer>;

/** Pieces under half of this are joined, so that a file of small tensors is few parts. */
const joinedBytes = 1 << 20;

/**
 * Tensors of any snapshot as one safetensors file. Deterministic: wide dtypes first, then by name, as
 * the reference implementation writes them; the header is padded to 8 bytes. Tensors that share a
 * payload are written each for itself.
 *
 * Views are made contiguous. Memory: what a strided view spans of its payload, at most 512 MiB; all
 * else streams. `metadata` gets `format: "pt"` where it has none, which readers of the transformers
 * library ask for.
 *
 * @throws LineageError `format-unsupported` naming the tensor whose dtype safetensors lacks.
 */
export function toSafetensors(
  name: string,
  tensors: readonly TensorEntry[],
  metadata: Readonly<Record<string, string>>,
  content: SnapshotContent,
): OutputFile {
  const unsupported = (what: string): Error =>
    new LineageError('format-unsupported', { file: name, format: 'safetensors', at: 0, what });
  const order = [...tensors].sort(
    (a, b) => dtypeBits[b.dtype] - dtypeBits[a.dtype] || (a.name < b.name ? -1 : 1),
  );
  const header = new Map<string, unknown>();
  header.set('__metadata__', sortedMetadata(metadata));
  let end = 0;
  for (const tensor of order) {
    const dtype = nameByDtype.get(tensor.dtype);
    const which = `the tensor ${quoted(tensor.name)}`;
    if (dtype === undefined || tensor.payload === undefined)
      throw unsupported(`the dtype ${tensor.dtype} of ${which}, which safetensors lacks`);
    if ((elementCount(tensor.shape) * dtypeBits[tensor.dtype]) % 8 !== 0)
      throw unsupported(`${which}: its elements do not fill whole bytes`);
    if (tensor.name === '__metadata__' || header.has(tensor.name))
      throw unsupported(`${which}: its name is taken`);
    if (spannedBytes(tensor) > maxGatherBytes)
      throw unsupported(`${which}: a strided view over more than ${maxGatherBytes} bytes`);
    const begin = end;
    end += tensorBytes(tensor.dtype, tensor.shape);
    header.set(tensor.name, { dtype, shape: tensor.shape, data_offsets: [begin, end] });
  }
  const head = headerBytes(header);
  return {
    name,
    sizeBytes: head.length + end,
    bytes: {
      [Symbol.asyncIterator]: () =>
        withSmallPiecesJoined(joinedBytes, fileBytes(head, order, content)),
    },
  };
}

async function* fileBytes(
  head: Piece,
  tensors: readonly TensorEntry[],
  content: SnapshotContent,
): AsyncGenerator<Piece> {
  yield head.slice();
  for (const tensor of tensors) yield* tensorPieces(tensor, content);
}

function sortedMetadata(metadata: Readonly<Record<string, string>>): unknown {
  const entries = Object.entries({ format: 'pt', ...metadata });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `JSON.stringify` of an object would move keys such as "10" to the front; the order here stays. */
function headerBytes(header: ReadonlyMap<string, unknown>): Piece {
  const members = [...header].map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  const text = utf8Bytes(`{${members.join(',')}}`);
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  return bytes;
}

/** Bytes of its payload between the first and the last element of a strided view; 0 for others. */
function spannedBytes({ dtype, shape, view }: TensorEntry): number {
  if (view === undefined || elementCount(shape) === 0) return 0;
  const reach = shape.reduce(
    (sum, extent, axis) => sum + (extent - 1) * (view.strides[axis] ?? 0),
    1,
  );
  return reach === elementCount(shape) ? 0 : (reach * dtypeBits[dtype]) / 8;
}
