import { detectBeside } from '../../core/delta/detectBeside.ts';
import { detectLargest } from '../../core/delta/detectLargest.ts';
import { detectMoved } from '../../core/delta/detectMoved.ts';
import { detectRanges } from '../../core/delta/detectRanges.ts';
import { widthOf } from '../../core/delta/numbers.ts';
import { joinedBases } from '../../core/delta/prediction.ts';
import { usedPieces } from '../../core/delta/usedPieces.ts';
import type { Hypothesis, Window } from '../../core/delta/window.ts';
import { elementCount } from '../../core/dtype.ts';
import type { ChunkId } from '../../core/ids.ts';
import type { ChunkDerivation } from '../../core/ports/contentStore.ts';
import { chunkBytes } from '../../core/snapshot.ts';
import type { PayloadRelatives, Relative } from './payloadRelatives.ts';

/** Most chunks that a derivation leans on. */
export const mostBases = 8;
/** A share of bits left over by a plain delta, or by a hypothesis, with which nothing else is looked for. */
const goodEnough = 0.6;
/** A share left over with which moved elements are all there is to find. */
const nearlyAll = 0.05;
/** Counterparts looked at; a sum may be of as many. */
const mostCounterparts = 8;

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
  const { tensor, like, akin, scaled } = relatives;
  const width = widthOf(tensor.dtype);
  if (like.length + akin.length + scaled.length === 0 || !wholeWidths.includes(width)) return [];
  const child: Window = { ...tensor, first: (index * chunkBytes) / width, bytes };
  const scales = await scalesOf(read, child, scaled);
  if (scales.length > 0) return scales;
  const { found, plain, windows } = await besides(read, child, relatives);
  const best = Math.min(plain, found[0]?.share ?? 1);
  const moved = best <= goodEnough ? [] : await elsewhere(read, child, index, relatives);
  const elsewhereToo = moved.map(({ derivation, bases }) => ({ derivation, bases }));
  return [...found.map((each) => stored(each, windows)), ...elsewhereToo];
}

const wholeWidths = [1, 2, 4, 8];

/** A window with the chunks it is read from. */
interface StoredWindow extends Window {
  readonly chunks: readonly ChunkId[];
}

function stored({ derivation, windows }: Hypothesis, of: readonly StoredWindow[]): ChunkDerivation {
  return { derivation, bases: windows.flatMap((place) => of[place]?.chunks ?? []) };
}

interface Ranked extends ChunkDerivation {
  readonly share: number;
}

/** What follows from the same place in the counterparts that have as many elements. */
async function besides(read: ReadChunk, child: Window, relatives: PayloadRelatives) {
  const { like, adapters, coefficients } = relatives;
  const count = elementCount(child.shape);
  const length = child.bytes.length / widthOf(child.dtype);
  const windows: StoredWindow[] = [];
  for (const relative of like.slice(0, mostCounterparts)) {
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
  const counterparts = windows.length;
  const places: { readonly up: number; readonly down: number }[] = [];
  for (const { up, down } of counterparts === 0 ? [] : adapters) {
    const [b, a] = [await wholeOf(read, up), await wholeOf(read, down)];
    // A derivation takes each of the matrices as one base.
    if (b?.chunks.length !== 1 || a?.chunks.length !== 1) continue;
    places.push({ up: windows.push(b) - 1, down: windows.push(a) - 1 });
  }
  const told = { coefficients, adapters: places };
  return { ...detectBeside(child, windows, counterparts, told), windows };
}

/** Scales that follow from the tensors they are of. */
async function scalesOf(
  read: ReadChunk,
  child: Window,
  scaled: readonly Relative[],
): Promise<ChunkDerivation[]> {
  for (const relative of scaled) {
    const window = relative.payload.chunks.length <= mostBases && (await wholeOf(read, relative));
    const [found] = window ? detectLargest(child, window, 0) : [];
    if (window && found) return [stored(found, [window])];
  }
  return [];
}

/** What follows from other places in tensors that share values, or bytes. */
async function elsewhere(
  read: ReadChunk,
  child: Window,
  index: number,
  { like, akin }: PayloadRelatives,
): Promise<Ranked[]> {
  const form = child.shape.join();
  // Plain bytes have no shape to be at the same place in: any of them may have moved.
  const isElsewhere = ({ name, shape }: Relative) => name === '' || shape.join() !== form;
  const others = [...akin, ...like.filter(isElsewhere)];
  const windows: StoredWindow[] = [];
  let chunks = 0;
  for (const relative of new Set(others)) {
    const window = await wholeOf(read, relative, index);
    if (window === undefined || chunks + window.chunks.length > mostBases) continue;
    chunks += window.chunks.length;
    windows.push(window);
  }
  const found = windows
    .flatMap((window, place) => detectMoved(child, window, place))
    .sort((a, b) => a.share - b.share);
  const [best] = found;
  const moved = best === undefined ? [] : [{ ...stored(best, windows), share: best.share }];
  if (best !== undefined && best.share < nearlyAll) return moved;
  return [...moved, ...rangesIn(child, windows)].sort((a, b) => a.share - b.share);
}

function rangesIn(child: Window, windows: readonly StoredWindow[]): Ranked[] {
  if (windows.length === 0) return [];
  const joined = joinedBases(windows.map(({ bytes }) => bytes));
  const step = widthOf(child.dtype) as 1 | 2 | 4 | 8;
  return detectRanges(child.bytes, joined, step, []).flatMap(({ derivation, share }) => {
    if (derivation.is !== 'ranges') return [];
    const all = windows.flatMap(({ chunks }) => chunks);
    const { pieces, used } = usedPieces(derivation.pieces, lengthsOf(windows));
    return [
      { derivation: { is: 'ranges', pieces }, bases: used.flatMap((at) => all[at] ?? []), share },
    ];
  });
}

/** Bytes of each chunk of some windows, in order. */
function lengthsOf(windows: readonly StoredWindow[]): number[] {
  return windows.flatMap(({ bytes, chunks }) =>
    chunks.map((_, at) => Math.min(chunkBytes, bytes.length - at * chunkBytes)),
  );
}

/** All of a tensor, or of a large one the chunks around `index`. */
async function wholeOf(
  read: ReadChunk,
  relative: Relative,
  index = 0,
): Promise<StoredWindow | undefined> {
  const { chunks, sizeBytes } = relative.payload;
  if (chunks.length <= mostBases) return windowOf(read, relative, 0, sizeBytes);
  const start =
    Math.max(0, Math.min(chunks.length - mostBases, index - mostBases / 2)) * chunkBytes;
  return windowOf(read, relative, start, Math.min(sizeBytes, start + mostBases * chunkBytes));
}

/** The chunks of a tensor with its bytes `from` to `to`; undefined if they are too many, or not there. */
async function windowOf(
  read: ReadChunk,
  { dtype, shape, payload }: Relative,
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
