import { LineageError } from '../../core/lineageError.ts';
import { joined } from '../database/joined.ts';
import { crc32 } from '../../core/crc32.ts';

/** A JSON value as the store keeps it: CRC-32 of the rest, little-endian, then its text in UTF-8. */
export function encodeChecked(value: unknown): Uint8Array<ArrayBuffer> {
  return withChecksum(new TextEncoder().encode(JSON.stringify(value)));
}

/** @throws LineageError `record-corrupt` for anything that `encodeChecked` did not write. */
export function decodeChecked(table: string, key: string, bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(checkedBody(table, key, bytes)));
}

export function withChecksum(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, crc32(body), true);
  return joined([head, body]);
}

/** What follows the checksum, as a view. @throws LineageError `record-corrupt`. */
export function checkedBody(table: string, key: string, bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, true) !== crc32(body))
    throw new LineageError('record-corrupt', { table, key, reason: 'its checksum is wrong' });
  return body;
}
