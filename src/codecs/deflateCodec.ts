import type { ChunkCodec, ChunkElement } from '../core/ports/chunkCodec.ts';
import { byteReader } from './byteReader.ts';
import { byteWriter } from './byteWriter.ts';
import { deflateRaw, inflateRaw } from './rawDeflate.ts';

/**
 * Chunks alone, with repeats of bytes found: text, indices, masks, constant tensors.
 *
 * Elements of more than a byte are first split in planes: all first bytes, all second bytes, … The
 * bytes are specified in `docs/storage-format.md`, "Codec 3: deflate".
 */
export const deflateCodec: ChunkCodec = {
  id: 3,
  name: 'deflate',
  needs: 'nothing',
  encode,
  decode,
};

/** Size of the piece that is tried first, and the largest share of it that it may shrink to. */
const sampleBytes = 16384;
const promising = 0.9;

function encode(
  bytes: Uint8Array,
  bases: readonly Uint8Array[],
  element: ChunkElement,
): Uint8Array<ArrayBuffer> | undefined {
  if (bases.length > 0) return undefined;
  if (bytes.length > 4 * sampleBytes) {
    const middle = (bytes.length >>> 1) & ~7;
    const sample = splitPlanes(bytes.subarray(middle, middle + sampleBytes), element.bytes);
    if (deflateRaw(sample, 1).length > sampleBytes * promising) return undefined;
  }
  const out = byteWriter();
  out.byte(element.bytes);
  out.bytes(deflateRaw(splitPlanes(bytes, element.bytes)));
  const encoded = out.finish();
  return encoded.length < bytes.length ? encoded : undefined;
}

function decode(
  encoded: Uint8Array,
  _bases: readonly Uint8Array[],
  rawBytes: number,
): Uint8Array<ArrayBuffer> {
  const reader = byteReader(encoded, 'deflate');
  const planes = reader.byte();
  if (planes !== 1 && planes !== 2 && planes !== 4 && planes !== 8)
    throw reader.invalid('the element size is not 1, 2, 4 or 8');
  const bytes = inflateRaw(reader.take(reader.left()), { limitBytes: rawBytes });
  if (bytes.length !== rawBytes) throw reader.invalid(`it unpacks to ${bytes.length} bytes`);
  return planes === 1 ? bytes : joinPlanes(bytes, planes);
}

/** Byte k of every element, for each k; bytes after the last whole element stay at the end. */
function splitPlanes(bytes: Uint8Array, planes: number): Uint8Array {
  if (planes === 1) return bytes;
  const count = Math.floor(bytes.length / planes);
  const split = bytes.slice();
  for (let plane = 0; plane < planes; plane++)
    for (let i = 0, k = plane; i < count; i++, k += planes)
      split[plane * count + i] = bytes[k] as number;
  return split;
}

function joinPlanes(split: Uint8Array<ArrayBuffer>, planes: number): Uint8Array<ArrayBuffer> {
  const count = Math.floor(split.length / planes);
  const bytes = split.slice();
  for (let plane = 0; plane < planes; plane++)
    for (let i = 0, k = plane; i < count; i++, k += planes)
      bytes[k] = split[plane * count + i] as number;
  return bytes;
}
