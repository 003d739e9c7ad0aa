import type { Derivation } from '../../core/delta/derivation.ts';
import type { ChunkId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';
import { joined } from '../database/joined.ts';
import { rawCodec } from './directory.ts';
import { equalBytes } from './equalBytes.ts';

/** A chunk's stored form. */
export interface EncodedChunk {
  readonly codec: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What it leans on, in the order in which its codec counts them. */
  readonly bases: readonly ChunkId[];
}

export interface BaseBytes {
  readonly chunk: ChunkId;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface DerivationBytes {
  readonly derivation: Derivation;
  readonly bases: readonly BaseBytes[];
}

/** What a chunk may lean on. */
export interface Leanings {
  readonly bases: readonly BaseBytes[];
  readonly derivations: readonly DerivationBytes[];
}

/** An encoding that saves less than this share of the bytes is not worth its decoding. */
const leastSaving = 0.02;

/** A form this small leaves nothing to be gained by trying more. */
const smallEnough = 0.01;

/** Samples that stand for a large chunk when codecs and bases are compared. */
const sampleCount = 4;
const sampleBytes = 16 * 1024;

/** Encodings tried in full, best guess first. */
const fullTries = 2;

interface Way {
  readonly codec: ChunkCodec;
  readonly bases: readonly BaseBytes[];
  readonly derivation?: Derivation;
}

/**
 * The smallest stored form among `codecs`: alone, against each of the bases, by each of the
 * derivations, or the bytes as they are. Every form is decoded and compared before it is preferred
 * to the bytes themselves.
 *
 * Large chunks are sampled first: coding runs at a few hundred MB/s, and there may be many ways.
 * Derivations cannot be sampled. They are tried in full and first, in the order given: one that
 * predicts nearly every byte makes the rest unnecessary.
 *
 * @param breathe - lets other tasks run; awaited between encodings.
 */
export async function encodeChunk(
  chunk: { readonly bytes: Uint8Array<ArrayBuffer>; readonly element: ChunkElement },
  leanings: Leanings,
  codecs: readonly ChunkCodec[],
  breathe: () => Promise<void>,
): Promise<EncodedChunk> {
  const { bytes, element } = chunk;
  const writing = codecs.filter(({ readOnly }) => readOnly !== true);
  const smallest = new Smallest(bytes, element);
  for (const way of derivedWays(leanings.derivations, writing)) {
    await breathe();
    smallest.attempt(way);
    if (smallest.best.bytes.length <= smallEnough * bytes.length) return smallest.best;
  }
  const ways = plainWays(bytes.length, leanings.bases, writing);
  for (const way of await rank(ways, bytes, element, breathe)) {
    await breathe();
    smallest.attempt(way);
  }
  return smallest.best;
}

/** The best form so far. */
class Smallest {
  best: EncodedChunk;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #element: ChunkElement;

  constructor(bytes: Uint8Array<ArrayBuffer>, element: ChunkElement) {
    this.#bytes = bytes;
    this.#element = element;
    this.best = { codec: rawCodec, bytes, bases: [] };
  }

  attempt({ codec, bases, derivation }: Way): void {
    const bytes = this.#bytes;
    const limit = Math.floor(bytes.length * (1 - leastSaving));
    const given = bases.map((base) => base.bytes);
    const encoded = codec.encode(bytes, given, this.#element, derivation);
    if (encoded === undefined || encoded.length > limit) return;
    if (encoded.length >= this.best.bytes.length || !decodesTo(codec, encoded, given, bytes))
      return;
    this.best = { codec: codec.id, bytes: encoded, bases: bases.map((base) => base.chunk) };
  }
}

function derivedWays(
  derivations: readonly DerivationBytes[],
  codecs: readonly ChunkCodec[],
): Way[] {
  return derivations.flatMap(({ derivation, bases }) =>
    codecs
      .filter(({ needs }) => needs === derivation.is)
      .map((codec) => ({ codec, bases, derivation })),
  );
}

/** Ways without a derivation. */
function plainWays(
  rawBytes: number,
  bases: readonly BaseBytes[],
  codecs: readonly ChunkCodec[],
): Way[] {
  const usable = bases.filter((base) => base.bytes.length === rawBytes);
  return codecs.flatMap((codec): Way[] => {
    if (codec.needs === 'nothing') return [{ codec, bases: [] }];
    return codec.needs === 'base' ? usable.map((base) => ({ codec, bases: [base] })) : [];
  });
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
  const sampled = (base: BaseBytes) => {
    const known = samples.get(base) ?? sampleOf(base.bytes);
    samples.set(base, known);
    return known;
  };
  for (const way of ways) {
    await breathe();
    const encoded = way.codec.encode(sample, way.bases.map(sampled), element);
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
  bases: readonly Uint8Array[],
  bytes: Uint8Array,
): boolean {
  try {
    return equalBytes(codec.decode(encoded, bases, bytes.length), bytes);
  } catch (error) {
    // A codec that cannot read its own writing loses nothing here: the bytes are still at hand.
    if (isLineageError(error, 'codec-invalid')) return false;
    throw error;
  }
}
