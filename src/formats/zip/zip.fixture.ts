import { deflateRaw } from '../../codecs/rawDeflate.ts';
import { crc32 } from '../../core/crc32.ts';
import { concat } from '../snapshot.fixture.ts';
import { utf8Bytes } from '../text.ts';

/** A file to be put in an archive. */
export interface ZipInput {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly deflate?: number;
  /** A raw deflate stream of `bytes` that another library made. */
  readonly deflated?: Uint8Array;
  /** Checksum that is stated instead of the right one. */
  readonly crc?: number;
}

export interface ZipOptions {
  /** Sizes and checksum after the data, as PyTorch writes them. */
  readonly descriptors?: boolean;
  /** Contents begin at multiples of this, by padding in the extra field. */
  readonly align?: number;
  /** Adds the zip64 end records. */
  readonly zip64?: boolean;
}

/** Bytes in little-endian order: [size, value] pairs. */
function fields(...parts: readonly (readonly [1 | 2 | 4 | 8, number])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [size, value] of parts)
    for (let index = 0; index < size; index++)
      bytes.push(Math.floor(value / 2 ** (8 * index)) % 256);
  return Uint8Array.from(bytes);
}

/** A zip archive, written as APPNOTE.TXT says; for tests. */
export function zipOf(
  inputs: readonly ZipInput[],
  options: ZipOptions = {},
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const input of inputs) {
    const { local, record } = entryOf(input, offset, options);
    parts.push(local);
    directory.push(record);
    offset += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = inputs.length;
  const wide = [
    fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, offset]), // prettier-ignore
    fields([4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]),
  ];
  const end = fields([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]); // prettier-ignore
  return concat([...parts, ...directory, ...(options.zip64 === true ? wide : []), end]);
}

function entryOf(
  { name, bytes, deflate, deflated, crc = crc32(bytes) }: ZipInput,
  start: number,
  { descriptors = false, align = 1 }: ZipOptions,
): { local: Uint8Array; record: Uint8Array } {
  const nameBytes = utf8Bytes(name);
  const stored = deflated ?? (deflate === undefined ? bytes : deflateRaw(bytes, deflate));
  const method = stored === bytes ? 0 : 8;
  const flags = descriptors ? 0x808 : 0x800;
  const pad = (align - ((start + 30 + nameBytes.length + 4) % align)) % align;
  const extra = align === 1 ? [] : [fields([2, 0x4246], [2, pad]), new Uint8Array(pad).fill(0x5a)];
  const extraBytes = concat(extra);
  const sums = [[4, crc], [4, stored.length], [4, bytes.length]] as const; // prettier-ignore
  const none = [[4, 0], [4, 0], [4, 0]] as const; // prettier-ignore
  const local = [
    fields([4, 0x04034b50], [2, 0], [2, flags], [2, method], [4, 0], ...(descriptors ? none : sums), [2, nameBytes.length], [2, extraBytes.length]), // prettier-ignore
    nameBytes,
    extraBytes,
    stored,
    ...(descriptors ? [fields([4, 0x08074b50], ...sums)] : []),
  ];
  const record = [
    fields([4, 0x02014b50], [2, 0], [2, 0], [2, flags], [2, method], [4, 0], ...sums, [2, nameBytes.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, start]), // prettier-ignore
    nameBytes,
  ];
  return { local: concat(local), record: concat(record) };
}
