import type { ChunkId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';
import { joined } from '../database/joined.ts';
import { rawCodec } from './directory.ts';

/** A chunk's stored form. */
export interface EncodedChunk {
  readonly codec: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly base: ChunkId | undefined;
}

export interface BaseBytes {
  readonly chunk: ChunkId;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An encoding that saves less than this share of the bytes is not worth its decoding. */
const leastSaving = 0.02;

/** Samples that stand for a large chunk when codecs and bases are compared. */
const sampleCount = 4;
const sampleBytes = 16 * 1024;

/** Encodings tried in full, best guess first. */
const fullTries = 2;

interface Way {
  readonly codec: ChunkCodec;
  readonly base: BaseBytes | undefined;
}

/**
 * The smallest stored form among `codecs`, alone and against each of `bases`, or the bytes as they
 * are. Every form is decoded and compared before it is preferred to the bytes themselves.
 *
 * Large chunks are sampled first: coding runs at a few hundred MB/s, and there may be many ways.
 *
 * @param breathe - lets other tasks run; awaited between encodings.
 */
export async function encodeChunk(
  chunk: { readonly bytes: Uint8Array<ArrayBuffer>; readonly element: ChunkElement },
  bases: readonly BaseBytes[],
  codecs: readonly ChunkCodec[],
  breathe: () => Promise<void>,
): Promise<EncodedChunk> {
  const { bytes, element } = chunk;
  const usable = bases.filter((base) => base.bytes.length === bytes.length);
  const ways = codecs.flatMap((codec): Way[] =>
    codec.readOnly === true
      ? []
      : codec.needs === 'nothing'
        ? [{ codec, base: undefined }]
        : codec.needs === 'base'
          ? usable.map((base) => ({ codec, base }))
          : [],
  );
  const limit = Math.floor(bytes.length * (1 - leastSaving));
  const guesses = await rank(ways, bytes, element, breathe);
  let best: EncodedChunk = { codec: rawCodec, bytes, base: undefined };
  for (const { codec, base } of guesses) {
    await breathe();
    const encoded = codec.encode(bytes, base ? [base.bytes] : [], element);
    if (encoded === undefined || encoded.length >= Math.min(best.bytes.length, limit + 1)) continue;
    if (decodesTo(codec, encoded, base?.bytes, bytes))
      best = { codec: codec.id, bytes: encoded, base: base?.chunk };
  }
  return best;
}

/** The ways worth trying in full, best first; all of them where sampling would not save work. */
async function rank(
  ways: readonly Way[],
  bytes: Uint8Array<ArrayBuffer>,
  element: ChunkElement,
  breathe: () => Promise<void>,
): Promise<readonly Way[]> {
  if (bytes.length <= sampleCount * sampleBytes) return ways;
  const sample = sampleOf(bytes);
  const samples = new Map<BaseBytes, Uint8Array>();
  const guessed: { way: Way; bytes: number }[] = [];
  for (const way of ways) {
    await breathe();
    const { base } = way;
    const baseSample = base && (samples.get(base) ?? sampleOf(base.bytes));
    if (base && baseSample) samples.set(base, baseSample);
    const encoded = way.codec.encode(sample, baseSample ? [baseSample] : [], element);
    if (encoded !== undefined && encoded.length <= sample.length * (1 - leastSaving))
      guessed.push({ way, bytes: encoded.length });
  }
  return guessed
    .sort((a, b) => a.bytes - b.bytes)
    .slice(0, fullTries)
    .map(({ way }) => way);
}

/** Pieces from all over the chunk, joined; each begins at a whole element. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const stride = (bytes.length - sampleBytes) / (sampleCount - 1);
  return joined(
    Array.from({ length: sampleCount }, (_, index) => {
      const start = Math.floor((index * stride) / 8) * 8;
      return bytes.subarray(start, start + sampleBytes);
    }),
  );
}

function decodesTo(
  codec: ChunkCodec,
  encoded: Uint8Array,
  base: Uint8Array | undefined,
  bytes: Uint8Array,
): boolean {
  try {
    return equalBytes(codec.decode(encoded, base ? [base] : [], bytes.length), bytes);
  } catch (error) {
    // A codec that cannot read its own writing loses nothing here: the bytes are still at hand.
    if (isLineageError(error, 'codec-invalid')) return false;
    throw error;
  }
}

/** Whether two arrays hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // Four bytes at a time where both arrays allow it.
  const words = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0 ? a.length >> 2 : 0;
  const left = new Uint32Array(a.buffer, words === 0 ? 0 : a.byteOffset, words);
  const right = new Uint32Array(b.buffer, words === 0 ? 0 : b.byteOffset, words);
  for (let at = 0; at < words; at++) if (left[at] !== right[at]) return false;
  for (let at = 4 * words; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
