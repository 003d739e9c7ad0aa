import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';

/** Pieces that stand for a chunk, and bytes of each. */
const pieces = 4;
const pieceBytes = 16 * 1024;

/**
 * Bytes that a chunk would take alone, or over `base`, by encoding pieces of it with every codec that
 * applies; chunks of up to 64 KiB are encoded whole. Its own size where nothing pays.
 */
export function sampledSize(
  codecs: readonly ChunkCodec[],
  bytes: Uint8Array,
  base: Uint8Array | undefined,
  element: ChunkElement,
): number {
  const sample = sampleOf(bytes);
  const under = base === undefined ? [] : [sampleOf(base)];
  const needs = base === undefined ? 'nothing' : 'base';
  if (base !== undefined && base.length !== bytes.length) return bytes.length;
  const least = codecs.reduce((smallest, codec) => {
    if (codec.needs !== needs || codec.readOnly === true) return smallest;
    return Math.min(smallest, codec.encode(sample, under, element)?.length ?? Infinity);
  }, sample.length);
  return (least * bytes.length) / sample.length;
}

function sampleOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= pieces * pieceBytes) return bytes;
  const sample = new Uint8Array(pieces * pieceBytes);
  const stride = (bytes.length - pieceBytes) / (pieces - 1);
  for (let piece = 0; piece < pieces; piece++) {
    // Whole elements of any size.
    const start = Math.floor((piece * stride) / 8) * 8;
    sample.set(bytes.subarray(start, start + pieceBytes), piece * pieceBytes);
  }
  return sample;
}
