import { dtypeBits, elementCount } from '../../core/dtype.ts';
import type { Dtype } from '../../core/dtype.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { formatFailures } from '../failures.ts';
import type { FormatFailures } from '../failures.ts';
import { maxHeaderBytes, maxNameLength, maxRank, maxTensors } from '../limits.ts';
import { quoted } from '../text.ts';
import { dtypeByName } from './dtypes.ts';
import { strictJson } from './strictJson.ts';
import type { StrictJson } from './strictJson.ts';

/** A tensor as the header states it. */
export interface HeaderTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Offset of the bytes in the file. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface SafetensorsHeader {
  /** In order of their bytes. They fill the file from the header to the end without a hole. */
  readonly tensors: readonly HeaderTensor[];
  readonly metadata: ReadonlyMap<string, string>;
}

interface Stated extends HeaderTensor {
  /** Where the header speaks of it. */
  readonly place: number;
}

/**
 * Reads and checks the header of a safetensors file; no tensor's bytes.
 *
 * Source: safetensors format description and `validate` of the reference implementation: offsets in
 * range, without overlap and holes, size equal to shape × dtype.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`, `file-unreadable`.
 */
export async function readHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const fail = formatFailures(source.path, 'safetensors');
  if (source.sizeBytes < 8)
    throw fail.invalid(0, `the file has ${source.sizeBytes} bytes, too few for a header`);
  const length = headerLength(await source.read(0, 8));
  const room = source.sizeBytes - 8;
  if (length > room)
    throw fail.invalid(
      0,
      `the header's length is given as ${length} bytes, but only ${room} follow: the file is cut off or is no safetensors file`,
    );
  if (length > maxHeaderBytes)
    throw fail.unsupported(0, `a header of ${length} bytes (at most ${maxHeaderBytes} are read)`);
  const json = strictJson(await source.read(8, Number(length)), 8, 'the header', fail);
  const start = 8 + Number(length);
  const metadata = new Map<string, string>();
  const tensors: Stated[] = [];
  json.object((key) => {
    if (key === '__metadata__')
      json.object((name) => {
        metadata.set(name, json.string());
      });
    else if (tensors.length >= maxTensors)
      throw fail.unsupported(json.place(), `more than ${maxTensors} tensors`);
    else if (key.length > maxNameLength)
      throw fail.unsupported(json.place(), `a tensor's name of ${key.length} characters`);
    else tensors.push(tensor(json, key, start, source.sizeBytes, fail));
  });
  json.end();
  tensors.sort((a, b) => a.offset - b.offset || a.sizeBytes - b.sizeBytes);
  checkPartition(tensors, start, source.sizeBytes, fail);
  return { tensors, metadata };
}

function headerLength(bytes: Uint8Array<ArrayBuffer>): bigint {
  return new DataView(bytes.buffer).getBigUint64(0, true);
}

function tensor(
  json: StrictJson,
  name: string,
  start: number,
  fileBytes: number,
  fail: FormatFailures,
): Stated {
  const place = json.place();
  const which = `tensor ${quoted(name)}`;
  const { dtype, shape, offsets } = members(json, which, fail);
  if (dtype === undefined || shape === undefined || offsets === undefined)
    throw fail.invalid(place, `${which} lacks its dtype, shape or data_offsets`);
  const known = dtypeByName.get(dtype);
  if (known === undefined) throw fail.unsupported(place, `the dtype ${quoted(dtype)} of ${which}`);
  if (shape.length > maxRank)
    throw fail.unsupported(place, `${which}: ${shape.length} dimensions (at most ${maxRank})`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2)
    throw fail.invalid(place, `${which}: data_offsets must be two numbers`);
  if (begin > end || start + end > fileBytes)
    throw fail.invalid(
      place,
      `${which}: its bytes ${begin} to ${end} are not in the ${fileBytes - start} bytes of data`,
    );
  if (contiguousBytes(known, shape) !== end - begin)
    throw fail.invalid(
      place,
      `${which}: shape [${shape.join(', ')}] of ${dtype} does not fill its ${end - begin} bytes`,
    );
  return { name, dtype: known, shape, offset: start + begin, sizeBytes: end - begin, place };
}

interface Members {
  dtype?: string;
  shape?: number[];
  offsets?: number[];
}

function members(json: StrictJson, which: string, fail: FormatFailures): Members {
  const found: Members = {};
  json.object((key) => {
    if (key === 'dtype') found.dtype = json.string();
    else if (key === 'shape') found.shape = integers(json);
    else if (key === 'data_offsets') found.offsets = integers(json);
    else throw fail.invalid(json.place(), `${which} has the unknown member ${quoted(key)}`);
  });
  return found;
}

/** NaN where the elements overflow or do not fill whole bytes. */
function contiguousBytes(dtype: Dtype, shape: readonly number[]): number {
  const bits = elementCount(shape) * dtypeBits[dtype];
  return Number.isSafeInteger(bits) && bits % 8 === 0 ? bits / 8 : NaN;
}

function integers(json: StrictJson): number[] {
  const list: number[] = [];
  json.array(() => {
    // One more than any valid list has; the caller then names the tensor.
    if (list.length <= maxRank) list.push(json.integer());
    else json.skip();
  });
  return list;
}

function checkPartition(
  tensors: readonly Stated[],
  start: number,
  fileBytes: number,
  fail: FormatFailures,
): void {
  let at = start;
  for (const { name, offset, sizeBytes, place } of tensors) {
    if (offset !== at)
      throw fail.invalid(
        place,
        offset < at
          ? `the bytes of tensor ${quoted(name)} overlap those of another`
          : `${offset - at} bytes before tensor ${quoted(name)} belong to no tensor`,
      );
    at = offset + sizeBytes;
  }
  if (at !== fileBytes)
    throw fail.invalid(at, `the last ${fileBytes - at} bytes of the file belong to no tensor`);
}
