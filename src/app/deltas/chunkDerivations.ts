import { detectBeside } from '../../core/delta/detectBeside.ts';
import type { Window } from '../../core/delta/window.ts';
import { widthOf } from '../../core/delta/numbers.ts';
import { dtypeBits, elementCount, type Dtype } from '../../core/dtype.ts';
import type { ChunkId } from '../../core/ids.ts';
import type { ChunkDerivation } from '../../core/ports/contentStore.ts';
import { chunkBytes, type Payload } from '../../core/snapshot.ts';
import { joinedBases } from '../../core/delta/prediction.ts';
import type { PayloadRelatives, Relative } from './payloadRelatives.ts';

/** Most chunks that a derivation leans on. */
export const mostBases = 8;

/** The bytes of a stored chunk, or of one that was just handed to the store; undefined if it has none. */
export type ReadChunk = (chunk: ChunkId) => Promise<Uint8Array | undefined>;

/**
 * How a chunk of a payload may follow from those of its relatives, best first; at most a few. Reads
 * of the relatives what lies at the same place, and whole tensors where nothing there is alike.
 *
 * @param index - of the chunk in its payload.
 * @param bytes - the chunk.
 */
export async function chunkDerivations(
  read: ReadChunk,
  relatives: PayloadRelatives,
  index: number,
  bytes: Uint8Array,
): Promise<ChunkDerivation[]> {
  const { tensor, like } = relatives;
  const width = widthOf(tensor.dtype);
  if (like.length === 0 || width < 1 || dtypeBits[tensor.dtype] === 0) return [];
  const child: Window = { ...tensor, first: (index * chunkBytes) / width, bytes };
  const beside = await windowsBeside(read, child, like);
  const found = detectBeside(child, beside);
  return found.map(({ derivation, windows }) => ({
    derivation,
    bases: windows.flatMap((place) => beside[place]?.chunks ?? []),
  }));
}

/** A window with the chunks it is read from. */
interface StoredWindow extends Window {
  readonly chunks: readonly ChunkId[];
}

/** Of each relative with as many elements, the chunks that hold those of the child's window. */
async function windowsBeside(
  read: ReadChunk,
  child: Window,
  like: readonly Relative[],
): Promise<StoredWindow[]> {
  const count = elementCount(child.shape);
  const windows: StoredWindow[] = [];
  const length = child.bytes.length / widthOf(child.dtype);
  for (const relative of like) {
    if (elementCount(relative.shape) !== count) continue;
    const width = widthOf(relative.dtype);
    const window = await windowOf(
      read,
      relative,
      child.first * width,
      (child.first + length) * width,
    );
    if (window !== undefined) windows.push(window);
  }
  return windows;
}

/** The chunks of a tensor with its bytes `from` to `to`; undefined if they are too many, or not there. */
async function windowOf(
  read: ReadChunk,
  { dtype, shape, payload }: { dtype: Dtype; shape: readonly number[]; payload: Payload },
  from: number,
  to: number,
): Promise<StoredWindow | undefined> {
  const start = Math.floor(from / chunkBytes);
  const chunks = payload.chunks.slice(start, Math.ceil(to / chunkBytes));
  if (chunks.length === 0 || chunks.length > mostBases || to > payload.sizeBytes) return undefined;
  const parts: Uint8Array[] = [];
  for (const chunk of chunks) {
    const bytes = await read(chunk);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
  }
  const first = (start * chunkBytes) / widthOf(dtype);
  return { dtype, shape, first, bytes: joinedBases(parts), chunks };
}
