import { deflateRaw, inflateRaw } from '../../codecs/rawDeflate.ts';
import { joined } from '../database/joined.ts';

/** Most bytes of one record, unpacked: a manifest of a million tensors takes a quarter of it. */
const limitBytes = 1024 * 1024 * 1024;

/** Level of deflate: records are small and many, and half of them are hash digits. */
const level = 3;

/** Bytes as a record keeps them: their length as u32, little-endian, then raw deflate. */
export function packBytesOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, bytes.length, true);
  return joined([head, deflateRaw(bytes, level)]);
}

/** @throws LineageError `codec-invalid` for anything that `packBytesOf` did not write. */
export function unpackBytes(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const length = packed.length < 4 ? 0 : view.getUint32(0, true);
  return inflateRaw(packed.subarray(4), { limitBytes: Math.min(length, limitBytes) });
}
