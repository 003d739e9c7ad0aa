import type { RawNumbers } from '../../core/data/rawExamples.ts';
import { invalid } from './failures.ts';
import { maxDecodedBytes } from './limits.ts';

/** An array as a file holds it: row-major. */
export interface DataArray {
  readonly shape: readonly number[];
  readonly values: RawNumbers | readonly string[];
}

/** Bytes of an element by the type code. Source: Y. LeCun, "The MNIST database", file formats. */
const elementBytes: Readonly<Record<number, number>> = {
  0x08: 1, 0x09: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8,
}; // prettier-ignore

/** Whether bytes begin as an IDX file: two zeros, a type, a rank. */
export function isIdx(head: Uint8Array): boolean {
  const [a, b, type = 0, rank = 0] = head;
  return a === 0 && b === 0 && elementBytes[type] !== undefined && rank >= 1 && rank <= 8;
}

/**
 * An unpacked IDX file.
 *
 * Source: Y. LeCun, "The MNIST database", file formats.
 *
 * @throws LineageError `dataset-invalid`: cut off, followed by other bytes, over a limit.
 */
export function parseIdx(bytes: Uint8Array, file: string): DataArray {
  if (!isIdx(bytes)) throw invalid(file, 'it does not begin as an IDX file does (at byte 0)');
  const type = bytes[2] ?? 0;
  const rank = bytes[3] ?? 0;
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    throw invalid(file, `it is cut off in its header (at byte ${bytes.length} of ${start})`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, extent) => product * extent, 1);
  const size = elementBytes[type] ?? 1;
  checkLength(file, bytes.length, start + count * size);
  if (count * Math.max(size, 4) > 4 * maxDecodedBytes)
    throw invalid(file, `its ${count} values are more than fit in memory`);
  if (type === 0x08) return { shape, values: bytes.slice(start) };
  return { shape, values: decode(view, start, count, type) };
}

/** The file must have exactly the bytes that its header asks for. */
export function checkLength(file: string, found: number, wanted: number): void {
  if (found < wanted)
    throw invalid(file, `it is cut off at byte ${found}; its header asks for ${wanted} bytes`);
  if (found > wanted)
    throw invalid(file, `${found - wanted} bytes follow its end (at byte ${wanted})`);
}

function decode(view: DataView, start: number, count: number, type: number): RawNumbers {
  const read: Readonly<Record<number, (at: number) => number>> = {
    0x09: (at) => view.getInt8(at),
    0x0b: (at) => view.getInt16(at),
    0x0c: (at) => view.getInt32(at),
    0x0d: (at) => view.getFloat32(at),
    0x0e: (at) => view.getFloat64(at),
  };
  const one = read[type];
  const size = elementBytes[type] ?? 1;
  const values = type === 0x0c ? new Float64Array(count) : new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = one?.(start + i * size) ?? 0;
  return values;
}
