import { dtypeBits, elementCount } from '../../core/dtype.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { Cancellation } from '../../core/ports/run.ts';
import type { Payload, TensorEntry } from '../../core/snapshot.ts';
import { ColumnStrip, transposedMatrix } from '../../core/tensor/matrixSums.ts';
import { numberBlocks } from '../../core/tensor/numberBlocks.ts';
import { gatherView } from '../../core/tensor/view.ts';
import { joinPieces } from '../create/joinPieces.ts';
import { payloadBytes } from '../snapshotContent.ts';

/** A tensor with where its bytes are. */
export interface StoredTensor {
  readonly entry: TensorEntry;
  readonly payload: Payload;
}

/** How a long reading is stopped, and lets others have a turn. */
export interface Steps {
  readonly signal: Cancellation;
  /** Lets messages that wait be heard: without it nothing can be cancelled while chunks are at hand. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** Takes a turn after each of the pieces that cost this much together. */
export class Turns {
  readonly #steps: Steps;
  readonly #most: number;
  #cost = 0;

  /** @param most - cost of what is done between two pauses. */
  constructor(steps: Steps, most: number) {
    this.#steps = steps;
    this.#most = most;
  }

  /** @throws AbortError once the signal is aborted. */
  async take(cost: number): Promise<void> {
    this.#cost += cost;
    if (this.#cost < this.#most) return;
    this.#cost = 0;
    await this.#steps.pause?.();
    this.#steps.signal.throwIfAborted();
  }
}

/** Numbers of a transposed tensor held at a time: 64 MiB. */
const stripNumbers = 8 * 1024 * 1024;

/** The numbers of a tensor in order, in blocks. A strided view is gathered from its whole storage. */
export async function* tensorNumbers(
  content: Pick<ContentStore, 'read'>,
  { entry, payload }: StoredTensor,
  signal: Cancellation,
): AsyncGenerator<Float64Array> {
  const blocks = numberBlocks(entry.dtype, elementCount(entry.shape));
  if (entry.view === undefined) {
    for await (const piece of payloadBytes(content, payload, signal)) yield* blocks.update(piece);
  } else yield* blocks.update(await gathered(content, { entry, payload }, signal));
  const last = blocks.last();
  if (last !== undefined) yield last;
}

/** The bytes of a tensor that is a view of its storage. */
export async function gathered(
  content: Pick<ContentStore, 'read'>,
  { entry, payload }: StoredTensor,
  signal: Cancellation,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces = payloadBytes(content, payload, signal);
  const storage = await joinPieces(pieces, payload.sizeBytes);
  if (entry.view === undefined) return storage;
  const bytes = gatherView(
    storage,
    { ...entry.view, shape: entry.shape },
    dtypeBits[entry.dtype] / 8,
  );
  // Parsers check every view against its storage, and a snapshot is checked against its hash.
  if (bytes === undefined) throw new Error(`${entry.name} reaches outside of its storage`);
  return bytes;
}

/** The numbers of a matrix transposed; read again for every 64 MiB of them. */
export async function* transposedNumbers(
  content: Pick<ContentStore, 'read'>,
  tensor: StoredTensor,
  signal: Cancellation,
): AsyncGenerator<Float64Array> {
  const [rows = 0, columns = 0] = tensor.entry.shape;
  const width = Math.max(1, Math.floor(stripNumbers / Math.max(1, rows)));
  for (let from = 0; from < columns; from += width) {
    const strip = new ColumnStrip(rows, columns, from, Math.min(columns, from + width));
    for await (const block of tensorNumbers(content, tensor, signal)) strip.update(block);
    yield transposedMatrix(strip.strip, rows);
  }
}

/** Two streams of as many numbers side by side, in pieces of one length. */
export async function* sideBySide(
  left: AsyncIterable<Float64Array>,
  right: AsyncIterable<Float64Array>,
): AsyncGenerator<readonly [Float64Array, Float64Array]> {
  const iterator = left[Symbol.asyncIterator]();
  let a: Float64Array = new Float64Array(0);
  try {
    for await (let b of right) {
      while (b.length > 0) {
        if (a.length === 0) {
          const next = await iterator.next();
          if (next.done === true) throw new Error('tensors of one shape differ in length');
          a = next.value;
        }
        const length = Math.min(a.length, b.length);
        yield [a.subarray(0, length), b.subarray(0, length)];
        a = a.subarray(length);
        b = b.subarray(length);
      }
    }
  } finally {
    await iterator.return?.();
  }
}
