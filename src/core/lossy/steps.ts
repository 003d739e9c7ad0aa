import type { Dtype } from '../dtype.ts';
import { encodeNumbers } from '../network/encodeNumbers.ts';
import { decodeElements } from '../tensor/elements.ts';

/** Element types that can be written in steps: IEEE floats and bfloat16. */
export const stepDtypes = ['f64', 'f32', 'f16', 'bf16'] as const satisfies readonly Dtype[];
export type StepDtype = (typeof stepDtypes)[number];

/** Bytes of an element. */
export const stepBytes: Readonly<Record<StepDtype, 2 | 4 | 8>> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
};

/** The largest number of steps: an int32's. */
export const mostSteps = 2 ** 31 - 1;

/** Whether tensors of this type can be written in steps. */
export function isStepDtype(dtype: Dtype): dtype is StepDtype {
  return (stepDtypes as readonly Dtype[]).includes(dtype);
}

/**
 * Elements that are whole numbers of steps from their base: `base + step · integers`, product and sum in
 * float64, rounded once to the dtype, to nearest even. An element of 0 steps has its base's bits, a NaN's
 * payload included. Without a base every element starts at +0.
 *
 * @param base - little-endian elements of the dtype, as many as `integers`.
 * @param step - positive and finite.
 * @param integers - [n]; where not 0, the base's element has to be finite.
 * @returns n little-endian elements, owned by the caller.
 */
export function fromSteps(
  dtype: StepDtype,
  base: Uint8Array | undefined,
  step: number,
  integers: Int32Array,
): Uint8Array<ArrayBuffer> {
  const size = stepBytes[dtype];
  const count = integers.length;
  const sums =
    base === undefined
      ? new Float64Array(count)
      : decodeElements(dtype, base.subarray(0, count * size));
  for (let i = 0; i < count; i++) {
    const q = integers[i] as number;
    if (q !== 0) sums[i] = (sums[i] as number) + step * q;
  }
  const { bytes } = encodeNumbers(dtype, [count], sums);
  if (base !== undefined) keepPayloads(bytes, base, sums, size);
  return bytes;
}

/** NaN goes through a float with its payload lost: the base's own bits come back. */
function keepPayloads(
  bytes: Uint8Array,
  base: Uint8Array,
  values: Float64Array,
  size: number,
): void {
  for (let i = 0; i < values.length; i++)
    if (Number.isNaN(values[i])) bytes.set(base.subarray(i * size, (i + 1) * size), i * size);
}

/** Elements in steps, and the places of those that no number of steps gives. */
export interface InSteps {
  readonly integers: Int32Array;
  /** Ascending; their integers are 0. */
  readonly exceptions: readonly number[];
}

/**
 * The integers with which `fromSteps` gives these very bits.
 *
 * @param bytes - whole little-endian elements.
 * @param base - as long as `bytes`.
 */
export function toSteps(
  dtype: StepDtype,
  bytes: Uint8Array,
  base: Uint8Array | undefined,
  step: number,
): InSteps {
  const values = decodeElements(dtype, bytes);
  const from = base === undefined ? undefined : decodeElements(dtype, base);
  const integers = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++)
    integers[i] = stepsBetween(from?.[i] ?? 0, values[i] as number, step) ?? 0;
  const size = stepBytes[dtype];
  const back = fromSteps(dtype, base, step, integers);
  const exceptions: number[] = [];
  for (let i = 0, at = 0; i < values.length; i++, at += size)
    if (!sameElement(back, bytes, at, size)) {
      integers[i] = 0;
      exceptions.push(i);
    }
  return { integers, exceptions };
}

function sameElement(a: Uint8Array, b: Uint8Array, at: number, size: number): boolean {
  for (let k = at; k < at + size; k++) if (a[k] !== b[k]) return false;
  return true;
}

/**
 * The number of steps from `base` nearest to `value`, halves up: ⌊(value − base) / step + ½⌋ in float64;
 * undefined where it is not finite or not an int32.
 *
 * Source: reference §6.2.
 */
export function stepsBetween(base: number, value: number, step: number): number | undefined {
  const q = Math.floor((value - base) / step + 0.5);
  // False for NaN too, which an infinite or missing value gives.
  return Math.abs(q) <= mostSteps ? q : undefined;
}
