import type { ByteSource } from '../../core/ports/modelFormats.ts';

/** Bytes of the file's start that are looked at. */
const sniffedBytes = 4096;

/**
 * Wire types of ModelProto's fields, by field number: 0 is a varint, 2 has a length.
 *
 * Source: onnx/onnx.proto.
 */
const wireTypes: ReadonlyMap<number, number> = new Map([
  [1, 0], [2, 2], [3, 2], [4, 2], [5, 0], [6, 2], [7, 2], [8, 2], [14, 2], [20, 2], [25, 2], [26, 2],
]); // prettier-ignore

/** Fields that an ONNX file cannot do without: `ir_version`, `graph`, `opset_import`. */
const telling: ReadonlySet<number> = new Set([1, 7, 8]);

/**
 * Whether a file begins as an ONNX model does: with known fields of the right wire types, up to the
 * first long one. A file that is cut off later, or damaged inside its graph, still looks like ONNX.
 *
 * @throws LineageError `file-unreadable`.
 */
export async function looksLikeOnnx(source: ByteSource): Promise<boolean> {
  const bytes = await source.read(0, Math.min(sniffedBytes, source.sizeBytes));
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; scale < 2 ** 63; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) return NaN;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return NaN;
  };
  const seen = new Set<number>();
  while (at < bytes.length && seen.size < 4) {
    const key = varint();
    const field = Math.floor(key / 8);
    if (wireTypes.get(field) !== key % 8) return false;
    const value = varint();
    // No file has an IR version of more than two digits; text read as a varint has.
    if (Number.isNaN(value) || (field === 1 && (value === 0 || value > 99))) return false;
    seen.add(field);
    if (key % 8 === 2) at += value;
  }
  return [...telling].some((field) => seen.has(field));
}
