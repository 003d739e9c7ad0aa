import type { AlongAxis } from '../../core/delta/derivation.ts';
import type { ByteReader } from '../byteReader.ts';
import type { ByteWriter } from '../byteWriter.ts';

/** A whole number of either sign below 2^52: zigzag, the low 32 bits and the high ones as varints. */
export function putLong(out: ByteWriter, value: number): void {
  const zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  out.varint(zigzag % 2 ** 32);
  out.varint(Math.floor(zigzag / 2 ** 32));
}

export function takeLong(reader: ByteReader): number {
  const low = reader.varint();
  const high = reader.varint();
  if (high >= 2 ** 20) throw reader.invalid('a number is too large');
  const zigzag = high * 2 ** 32 + low;
  return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
}

export function putDouble(out: ByteWriter, value: number): void {
  out.bytes(new Uint8Array(Float64Array.of(value).buffer));
}

export function takeDouble(reader: ByteReader): number {
  return new Float64Array(reader.take(8).slice().buffer)[0] as number;
}

/** The count, 4 or 8 for the bytes of each, then the numbers: singles where they all are. */
export function putDoubles(out: ByteWriter, values: Float64Array): void {
  const singles = new Float32Array(values);
  const narrow = singles.every((value, i) => Object.is(value, values[i]));
  out.varint(values.length);
  out.byte(narrow ? 4 : 8);
  out.bytes(new Uint8Array(narrow ? singles.buffer : values.slice().buffer));
}

export function takeDoubles(reader: ByteReader): Float64Array {
  const count = reader.varint();
  const width = reader.byte();
  if (width !== 4 && width !== 8) throw reader.invalid('numbers are of 4 or 8 bytes');
  const { buffer } = reader.take(count * width).slice();
  return width === 4 ? new Float64Array(new Float32Array(buffer)) : new Float64Array(buffer);
}

export function putAlongAxis(out: ByteWriter, { inner, first, values }: AlongAxis): void {
  out.varint(inner);
  putLong(out, first);
  putDoubles(out, values);
}

export function takeAlongAxis(reader: ByteReader): AlongAxis {
  return { inner: reader.varint(), first: takeLong(reader), values: takeDoubles(reader) };
}

/**
 * A table of indices as runs: how many; for each, its length, and its first index as the difference
 * to what would go on from the run before. Indices of a run rise by 1, those of −1 stay.
 */
export function putTable(out: ByteWriter, table: Int32Array): void {
  const runs: { start: number; length: number }[] = [];
  let expected = -2;
  for (const index of table) {
    const last = runs[runs.length - 1];
    if (last !== undefined && index === expected) last.length++;
    else runs.push({ start: index, length: 1 });
    expected = index < 0 ? index : index + 1;
  }
  out.varint(runs.length);
  let next = 0;
  for (const { start, length } of runs) {
    out.varint(length);
    putSmall(out, start - next);
    next = start < 0 ? next : start + length;
  }
}

/** @param longest - most entries there may be. */
export function takeTable(reader: ByteReader, extent: number, longest: number): Int32Array {
  if (extent > longest) throw reader.invalid('a table is longer than what it is of');
  const table = new Int32Array(extent);
  let at = 0;
  let next = 0;
  for (let runs = reader.varint(); runs > 0; runs--) {
    const length = reader.varint();
    const start = next + takeSmall(reader);
    if (length === 0 || length > extent - at) throw reader.invalid('a table has another length');
    if (start < -1 || start + length > 2 ** 31) throw reader.invalid('an index is out of range');
    for (let i = 0; i < length; i++) table[at + i] = start < 0 ? start : start + i;
    at += length;
    next = start < 0 ? next : start + length;
  }
  if (at !== extent) throw reader.invalid('a table has another length');
  return table;
}

function putSmall(out: ByteWriter, value: number): void {
  out.varint(value < 0 ? -2 * value - 1 : 2 * value);
}

function takeSmall(reader: ByteReader): number {
  const zigzag = reader.varint();
  return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
}
