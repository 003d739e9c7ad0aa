import { quoted, latin1, utf8 } from '../text.ts';
import { decodeElements } from '../../core/tensor/elements.ts';
import type { RawNumbers } from '../../core/data/rawExamples.ts';
import { invalid } from './failures.ts';
import { checkLength, type DataArray } from './idx.ts';
import { maxDecodedBytes } from './limits.ts';

/** What the header of an NPY file says. */
export interface NpyHeader {
  readonly shape: readonly number[];
  /** Kind letter and bytes of an element: `f4`, `u1`, `U12` (characters). */
  readonly kind: string;
  readonly size: number;
  readonly bigEndian: boolean;
  readonly fortran: boolean;
  /** Where the elements begin. */
  readonly start: number;
}

/** Longest header read: an array of numbers needs some hundred bytes. */
const maxHeader = 65_536;
/** Dimensions of an array; NumPy stops at 64, and examples have few. */
const maxRank = 16;

/** Whether bytes begin as an NPY file. */
export function isNpy(head: Uint8Array): boolean {
  return latin1(head.subarray(0, 6)) === '\x93NUMPY';
}

/**
 * The header of an NPY file, versions 1 to 3, from its first bytes (at most 66,000 are needed).
 *
 * Source: NumPy, `numpy.lib.format`.
 *
 * @throws LineageError `dataset-invalid`: damaged, or arrays of objects, records, times.
 */
export function parseNpyHeader(bytes: Uint8Array, file: string): NpyHeader {
  if (!isNpy(bytes)) throw invalid(file, 'it does not begin as a NumPy array does (at byte 0)');
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) throw invalid(file, `NPY version ${version} is not known`);
  const fixed = version === 1 ? 10 : 12;
  const cut = (at: number): Error => invalid(file, `it is cut off in its header (at byte ${at})`);
  if (bytes.length < fixed) throw cut(bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > maxHeader) throw invalid(file, `its header has ${length} bytes (at byte 8)`);
  const start = fixed + length;
  if (bytes.length < start) throw cut(bytes.length);
  const raw = bytes.subarray(fixed, start);
  const text = version === 3 ? utf8(raw) : latin1(raw);
  return { ...parseDescription(text ?? '', file), start };
}

function parseDescription(text: string, file: string): Omit<NpyHeader, 'start'> {
  if (/'descr':\s*\[/.test(text)) throw invalid(file, 'it holds records: save one array per field');
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const extents = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || extents === undefined)
    throw invalid(file, 'its header does not say dtype, order and shape (at byte 10)');
  const shape = extents
    .split(',')
    .map((extent) => extent.replace('L', '').trim())
    .filter((extent) => extent !== '')
    .map(Number);
  if (shape.length > maxRank || !shape.every((extent) => Number.isSafeInteger(extent)))
    throw invalid(file, `its shape (${extents.slice(0, 60)}) is not one of examples`);
  return { shape, ...parseDtype(descr, file), fortran: fortran === 'True' };
}

function parseDtype(
  descr: string,
  file: string,
): { kind: string; size: number; bigEndian: boolean } {
  if (/^[<>|=]?O/.test(descr))
    throw invalid(
      file,
      'it holds Python objects, which would have to be executed: save plain numbers, or text with dtype=str',
    );
  const parts = /^([<>|=]?)([fiubUS])(\d{1,6})$/.exec(descr);
  const [, order, letter = '', digits = ''] = parts ?? [];
  const kind = letter === 'U' || letter === 'S' ? letter : letter + digits;
  const size = Number(digits) * (letter === 'U' ? 4 : 1);
  const known = ['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'b1', 'U', 'S'];
  if (parts === null || !known.includes(kind) || size === 0)
    throw invalid(file, `its dtype ${quoted(descr)} is not read: save it as float32 or uint8`);
  return { kind, size, bigEndian: order === '>' };
}

/**
 * An NPY file, row-major whatever its order; booleans as 0 and 1.
 *
 * @throws LineageError `dataset-invalid`: damaged, cut off, followed by other bytes, over a limit.
 */
export function parseNpy(bytes: Uint8Array, file: string): DataArray {
  const header = parseNpyHeader(bytes, file);
  const { shape, start, size } = header;
  const count = shape.reduce((product, extent) => product * extent, 1);
  checkLength(file, bytes.length, start + count * size);
  if (count * 8 > 4 * maxDecodedBytes)
    throw invalid(file, `its ${count} values are more than fit in memory`);
  // A copy, whose start fits the elements.
  const elements = bytes.slice(start);
  if (header.kind === 'U' || header.kind === 'S')
    return { shape, values: rowMajor(texts(elements, header), header) };
  if (header.bigEndian && size > 1) swapBytes(elements, size);
  return { shape, values: rowMajor(numbers(elements, header.kind, shape.length), header) };
}

const dtypes = {
  f2: 'f16', f4: 'f32', f8: 'f64', i1: 'i8', i2: 'i16', i4: 'i32', i8: 'i64',
  u2: 'u16', u4: 'u32', u8: 'u64',
} as const; // prettier-ignore

function numbers(elements: Uint8Array<ArrayBuffer>, kind: string, rank: number): RawNumbers {
  if (kind === 'u1') return elements;
  if (kind === 'b1') return elements.map((value) => (value === 0 ? 0 : 1));
  if (kind === 'f4' && rank > 1) return new Float32Array(elements.buffer);
  const decoded = decodeElements(dtypes[kind as keyof typeof dtypes], elements);
  // One number for each example may be a label or an id: keep it exactly.
  return rank > 1 ? Float32Array.from(decoded) : Float64Array.from(decoded);
}

function texts(elements: Uint8Array<ArrayBuffer>, { kind, size, bigEndian }: NpyHeader): string[] {
  const view = new DataView(elements.buffer);
  return Array.from({ length: elements.length / size }, (_, i) => {
    const at = i * size;
    if (kind === 'S') return latin1(elements.subarray(at, at + size)).replace(/\0+$/, '');
    let text = '';
    for (let c = 0; c < size; c += 4) {
      const code = view.getUint32(at + c, !bigEndian);
      if (code === 0) break;
      text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    }
    return text;
  });
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

function rowMajor<T extends RawNumbers | string[]>(values: T, { shape, fortran }: NpyHeader): T {
  if (!fortran || shape.length < 2) return values;
  const ordered = values.slice() as T;
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, extent) => product * extent, 1),
  );
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    ordered[to] = values[from] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      from += stride;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      from -= stride * next;
    }
  }
  return ordered;
}
