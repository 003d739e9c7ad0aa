import { deflateRaw, inflateRaw } from '../../codecs/rawDeflate.ts';
import { crc32 } from '../../core/crc32.ts';
import { LineageError } from '../../core/lineageError.ts';
import { joined } from '../database/joined.ts';
import type { ChunkId } from '../../core/ids.ts';
import { keyBytes, readKey, writeKey } from '../packs/chunkKey.ts';
import { applyPatch, encodePatch } from './recordPatch.ts';

/** Most bytes of one record, unpacked: a manifest of a million tensors takes a quarter of it. */
const limitBytes = 1024 * 1024 * 1024;

/** Level of deflate: records are small and many, and written once. */
const level = 9;

/** In the length of a record: it is a patch to another one. */
const patched = 2 ** 31;
const patchHead = 8 + keyBytes;

/** Bytes as a record keeps them: their length as u32, little-endian, then raw deflate. */
export function packBytesOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, bytes.length, true);
  return joined([head, deflateRaw(bytes, level)]);
}

/** A record that another one leans on. */
export interface BaseRecord {
  /** 64 hex digits. */
  readonly id: string;
  /** Unpacked. */
  readonly bytes: Uint8Array;
}

/** Bytes as a patch to a record of the same table: length, CRC-32, id of the base, deflated patch. */
export function packAsPatch(bytes: Uint8Array, base: BaseRecord): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(patchHead);
  const view = new DataView(head.buffer);
  view.setUint32(0, patched + bytes.length, true);
  view.setUint32(4, crc32(bytes), true);
  writeKey(head, 8, base.id as ChunkId);
  return joined([head, deflateRaw(encodePatch(base.bytes, bytes), level)]);
}

/** Id of the record that this one is a patch to; undefined for a whole one. */
export function baseOf(packed: Uint8Array): string | undefined {
  if (packed.length < patchHead || lengthOf(packed) < patched) return undefined;
  return readKey(packed, 8);
}

/**
 * @param base - unpacked bytes of the record that `baseOf` names.
 * @throws LineageError `codec-invalid` for anything that was not packed here, or with another base.
 */
export function unpackBytes(packed: Uint8Array, base?: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = packed.length < 4 ? 0 : lengthOf(packed);
  if (baseOf(packed) === undefined)
    return inflateRaw(packed.subarray(4), { limitBytes: Math.min(length, limitBytes) });
  if (base === undefined) throw invalid('its base is missing');
  const own = length - patched;
  // A patch has a number for each step besides the bytes: less than three of them for eight bytes.
  const most = Math.min(3 * own + 64, limitBytes);
  if (own > limitBytes) throw invalid('it is too long');
  const patch = inflateRaw(packed.subarray(patchHead), { limitBytes: most });
  const bytes = applyPatch(base, patch, own);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (crc32(bytes) !== view.getUint32(4, true)) throw invalid('its base is another one');
  return bytes;
}

function lengthOf(packed: Uint8Array): number {
  return new DataView(packed.buffer, packed.byteOffset, packed.byteLength).getUint32(0, true);
}

function invalid(reason: string): LineageError<'codec-invalid'> {
  return new LineageError('codec-invalid', { codec: 'record', reason });
}
