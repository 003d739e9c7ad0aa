import type { Derivation, StepsDerivation } from '../../core/delta/derivation.ts';
import { fromSteps, stepBytes, stepDtypes, toSteps } from '../../core/lossy/steps.ts';
import type { StepDtype } from '../../core/lossy/steps.ts';
import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';
import { byteReader, type ByteReader } from '../byteReader.ts';
import { byteWriter } from '../byteWriter.ts';
import { decodeIntegers, encodeIntegers } from './integers.ts';

/**
 * Chunks whose numbers are whole steps from their base's, or from 0: what quantising makes of a tensor.
 * Exact: an element that no number of steps gives is kept as it is. The bytes are specified in
 * `docs/storage-format.md`, "Codec 8: steps".
 */
export const stepsCodec: ChunkCodec = { id: 8, name: 'steps', needs: 'steps', encode, decode };

/** More elements that are no steps than this share, and it is not a chunk in steps. */
const mostExceptions = 1 / 16;
const basedFlag = 4;

function encode(
  bytes: Uint8Array,
  bases: readonly Uint8Array[],
  element: ChunkElement,
  derivation?: Derivation,
): Uint8Array<ArrayBuffer> | undefined {
  if (derivation?.is !== 'steps' || !fits(derivation, bytes, bases, element)) return undefined;
  const { dtype, step } = derivation;
  const size = stepBytes[dtype];
  const [base] = bases;
  const count = Math.floor(bytes.length / size);
  const whole = bytes.subarray(0, count * size);
  const { integers, exceptions } = toSteps(dtype, whole, base, step);
  if (exceptions.length > count * mostExceptions) return undefined;
  const out = byteWriter();
  out.byte(stepDtypes.indexOf(dtype) | (base === undefined ? 0 : basedFlag));
  const asBytes = new Uint8Array(8);
  new DataView(asBytes.buffer).setFloat64(0, step, true);
  out.bytes(asBytes);
  out.varint(rowOf(derivation, count));
  out.varint(exceptions.length);
  let last = -1;
  for (const place of exceptions) {
    out.varint(place - last - 1);
    last = place;
  }
  for (const place of exceptions) out.bytes(bytes.subarray(place * size, (place + 1) * size));
  out.bytes(bytes.subarray(count * size));
  out.bytes(encodeIntegers(integers, rowOf(derivation, count)));
  const encoded = out.finish();
  return encoded.length < bytes.length ? encoded : undefined;
}

function fits(
  { dtype, step }: StepsDerivation,
  bytes: Uint8Array,
  bases: readonly Uint8Array[],
  element: ChunkElement,
): boolean {
  const [base] = bases;
  return (
    bases.length <= 1 &&
    (base === undefined || base.length === bytes.length) &&
    element.float &&
    element.bytes === stepBytes[dtype] &&
    isStep(step)
  );
}

const isStep = (step: number): boolean => step > 0 && Number.isFinite(step);

/** Rows that are longer than the chunk are none. */
const rowOf = ({ rowElements }: StepsDerivation, count: number): number =>
  rowElements > 1 && rowElements < count ? rowElements : 0;

function decode(
  encoded: Uint8Array,
  bases: readonly Uint8Array[],
  rawBytes: number,
): Uint8Array<ArrayBuffer> {
  const reader = byteReader(encoded, 'steps');
  const { dtype, base, step } = takeHead(reader, bases, rawBytes);
  const size = stepBytes[dtype];
  const count = Math.floor(rawBytes / size);
  const row = reader.varint();
  if (row !== 0 && (row < 2 || row >= count)) throw reader.invalid('the rows are too long');
  const places = takePlaces(reader, count);
  const kept = places.map(() => reader.take(size));
  const tail = reader.take(rawBytes - count * size);
  const integers = decodeIntegers(reader, reader.take(reader.left()), count, row);
  const elements = fromSteps(dtype, base, step, integers);
  const bytes = new Uint8Array(rawBytes);
  bytes.set(elements);
  for (const [k, place] of places.entries()) bytes.set(kept[k] as Uint8Array, place * size);
  bytes.set(tail, count * size);
  return bytes;
}

function takeHead(
  reader: ByteReader,
  bases: readonly Uint8Array[],
  rawBytes: number,
): { readonly dtype: StepDtype; readonly base: Uint8Array | undefined; readonly step: number } {
  const kind = reader.byte();
  const dtype = stepDtypes[kind & 3];
  const [base] = bases;
  if (kind > 7 || dtype === undefined) throw reader.invalid('the head is not of this codec');
  const wanted = (kind & basedFlag) === 0 ? 0 : 1;
  if (bases.length !== wanted || (base !== undefined && base.length !== rawBytes))
    throw reader.invalid('the base is not the one it was written with');
  const asBytes = reader.take(8);
  const step = new DataView(asBytes.buffer, asBytes.byteOffset, 8).getFloat64(0, true);
  if (!isStep(step)) throw reader.invalid('the step is not a positive number');
  return { dtype, base, step };
}

function takePlaces(reader: ByteReader, count: number): number[] {
  const length = reader.varint();
  if (length > count) throw reader.invalid('there are more exceptions than elements');
  const places: number[] = [];
  let last = -1;
  for (let k = 0; k < length; k++) {
    last += 1 + reader.varint();
    if (last >= count) throw reader.invalid('an exception is past the end');
    places.push(last);
  }
  return places;
}
