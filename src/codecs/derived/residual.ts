import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';
import type { Prediction } from '../../core/delta/prediction.ts';
import type { ByteReader } from '../byteReader.ts';
import type { ByteWriter } from '../byteWriter.ts';

/** Codecs that write what a prediction leaves over: deltas to it, and what it says nothing of. */
export interface InnerCodecs {
  /** Those that are tried, best first; and all that are known, by id. */
  readonly deltas: readonly ChunkCodec[];
  readonly alone: readonly ChunkCodec[];
  readonly byId: ReadonlyMap<number, ChunkCodec>;
}

export function innerCodecs(codecs: readonly ChunkCodec[]): InnerCodecs {
  const writing = codecs.filter(({ readOnly }) => readOnly !== true);
  return {
    deltas: writing.filter(({ needs }) => needs === 'base').sort((a, b) => b.id - a.id),
    alone: writing.filter(({ needs }) => needs === 'nothing'),
    byId: new Map(codecs.map((codec) => [codec.id, codec])),
  };
}

/**
 * Appends what `bytes` have beside the prediction: nothing where they are equal. False where no
 * delta codec saves anything.
 */
export function putResidual(
  out: ByteWriter,
  inner: InnerCodecs,
  bytes: Uint8Array,
  prediction: Prediction,
  element: ChunkElement,
): boolean {
  const { fresh } = prediction;
  if (fresh.length === 0) {
    const delta = deltaTo(inner, bytes, prediction.bytes, element);
    if (delta === undefined) return false;
    out.byte(delta.id);
    out.bytes(delta.bytes);
    return true;
  }
  const known = complement(fresh, bytes.length);
  const delta = deltaTo(inner, gathered(bytes, known), gathered(prediction.bytes, known), element);
  if (delta === undefined) return false;
  out.byte(delta.id);
  out.varint(delta.bytes.length);
  out.bytes(delta.bytes);
  const alone = shortestAlone(inner, gathered(bytes, fresh), element);
  out.byte(alone.id);
  out.bytes(alone.bytes);
  return true;
}

/** The chunk again. @throws LineageError `codec-invalid`. */
export function takeResidual(
  reader: ByteReader,
  inner: InnerCodecs,
  prediction: Prediction,
): Uint8Array<ArrayBuffer> {
  const { bytes, fresh } = prediction;
  if (fresh.length === 0) return takeDelta(reader, inner, bytes, () => reader.take(reader.left()));
  const known = complement(fresh, bytes.length);
  const covered = takeDelta(reader, inner, gathered(bytes, known), () =>
    reader.take(reader.varint()),
  );
  const whole = new Uint8Array(bytes.length);
  scatter(whole, covered, known);
  scatter(whole, takeAlone(reader, inner, bytes.length - covered.length), fresh);
  return whole;
}

interface Coded {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** Id 0 is: equal. */
function deltaTo(
  inner: InnerCodecs,
  bytes: Uint8Array,
  prediction: Uint8Array,
  element: ChunkElement,
): Coded | undefined {
  if (equal(bytes, prediction)) return { id: 0, bytes: new Uint8Array() };
  for (const codec of inner.deltas) {
    const encoded = codec.encode(bytes, [prediction], element);
    if (encoded !== undefined) return { id: codec.id, bytes: encoded };
  }
  return undefined;
}

function takeDelta(
  reader: ByteReader,
  inner: InnerCodecs,
  prediction: Uint8Array<ArrayBuffer>,
  rest: () => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const id = reader.byte();
  const encoded = rest();
  if (id === 0) {
    if (encoded.length > 0) throw reader.invalid('bytes follow where nothing is left over');
    return prediction;
  }
  const codec = inner.byId.get(id);
  if (codec?.needs !== 'base') throw reader.invalid(`${id} is no codec of what is left over`);
  return codec.decode(encoded, [prediction], prediction.length);
}

/** Id 0 is: as they are. */
function shortestAlone(inner: InnerCodecs, bytes: Uint8Array, element: ChunkElement): Coded {
  let best: Coded = { id: 0, bytes };
  for (const codec of inner.alone) {
    const encoded = codec.encode(bytes, [], element);
    if (encoded !== undefined && encoded.length < best.bytes.length)
      best = { id: codec.id, bytes: encoded };
  }
  return best;
}

function takeAlone(reader: ByteReader, inner: InnerCodecs, length: number): Uint8Array {
  const id = reader.byte();
  const encoded = reader.take(reader.left());
  if (id === 0) {
    if (encoded.length !== length) throw reader.invalid('what is new has another length');
    return encoded;
  }
  const codec = inner.byId.get(id);
  if (codec?.needs !== 'nothing') throw reader.invalid(`${id} is no codec of what is new`);
  return codec.decode(encoded, [], length);
}

/** The runs between `runs`, in `[from, to, …]`. */
function complement(runs: readonly number[], length: number): number[] {
  const edges = [0, ...runs, length];
  const result: number[] = [];
  for (let i = 0; i < edges.length; i += 2) {
    const [from, to] = [edges[i] as number, edges[i + 1] as number];
    if (from < to) result.push(from, to);
  }
  return result;
}

function gathered(bytes: Uint8Array, runs: readonly number[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (let i = 0; i < runs.length; i += 2) length += (runs[i + 1] as number) - (runs[i] as number);
  const result = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const part = bytes.subarray(runs[i], runs[i + 1]);
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function scatter(to: Uint8Array, from: Uint8Array, runs: readonly number[]): void {
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const start = runs[i] as number;
    const length = (runs[i + 1] as number) - start;
    to.set(from.subarray(at, at + length), start);
    at += length;
  }
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
