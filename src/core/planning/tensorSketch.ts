import { sampleBudget, sampleGrid } from '../construction/sampleGrid.ts';
import type { ModelFingerprint, TensorPrint } from '../construction/types.ts';
import { dtypeBits, type Dtype } from '../dtype.ts';

/** Most sampled elements kept of a tensor: its delta's size is known from them to a few percent. */
const mostCodes = 256;

/** How many bits of a float's order-preserving code are its mantissa, and its least normal exponent. */
const floatForms: Readonly<Partial<Record<Dtype, readonly [mantissa: number, least: number]>>> = {
  f64: [23, -126],
  f32: [23, -126],
  f16: [10, -14],
  bf16: [7, -126],
  f8e4m3fn: [3, -6],
  f8e5m2: [2, -14],
};

/**
 * What is kept of a stored tensor to tell how large a delta to another one would be: some of its
 * elements, the same ones for every tensor of its form, as order-preserving integers.
 */
export interface TensorSketch {
  /** Equal for tensors whose bytes and samples correspond: dtype, size and extents longer than one. */
  readonly form: string;
  readonly dtype: Dtype;
  /** Of the whole tensor. */
  readonly bytes: number;
  /** Sampled elements: neighbouring values differ by one; of f64 only the upper 32 bits. */
  readonly codes: Int32Array;
  /** The same elements as values; zero for what is not a finite number. */
  readonly values: Float32Array;
}

/** The largest tensor of each payload, by payload; undefined for payloads that no tensor views. */
export function payloadPrints(
  model: Pick<ModelFingerprint, 'tensors' | 'payloadBytes'>,
): (TensorPrint | undefined)[] {
  const largest = new Array<TensorPrint | undefined>(model.payloadBytes.length).fill(undefined);
  for (const print of model.tensors) {
    if (print.payload === undefined) continue;
    const known = largest[print.payload];
    if (known === undefined || print.elements > known.elements) largest[print.payload] = print;
  }
  return largest;
}

/**
 * The sketch of each payload, from what the model's fingerprint keeps: no bytes are read. Undefined
 * for a payload whose values were not looked at, and for one that holds more than one tensor.
 */
export function sketchesOf(model: ModelFingerprint): (TensorSketch | undefined)[] {
  return payloadPrints(model).map((print, payload) => {
    const bytes = model.payloadBytes[payload] ?? 0;
    return print === undefined ? undefined : sketchOf(model, print, bytes);
  });
}

function sketchOf(
  model: ModelFingerprint,
  print: TensorPrint,
  bytes: number,
): TensorSketch | undefined {
  const { dtype, shape, elements, sampleStart, sampleLength } = print;
  if (sampleLength === 0 || bytes !== Math.ceil((elements * dtypeBits[dtype]) / 8)) {
    return undefined;
  }
  const grid = sampleGrid(shape, sampleBudget(elements));
  const step = Math.ceil(sampleLength / mostCodes);
  // An odd step does not fall in with the rows of the grid.
  const stride = step > 1 && step % 2 === 0 ? step + 1 : step;
  const codes = new Int32Array(Math.ceil(sampleLength / stride));
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const value = model.samples[sampleStart + i * stride] ?? 0;
    codes[i] = orderedCode(value, dtype);
    values[i] = Number.isFinite(value) ? value : 0;
  }
  const form = `${dtype} ${bytes} ${grid.extents.join('x')}`;
  return { form, dtype, bytes, codes, values };
}

/** Bits of a code's mantissa; undefined for integers. */
export function mantissaBits(dtype: Dtype): number | undefined {
  return floatForms[dtype]?.[0];
}

/**
 * A value of `dtype` as an integer of the same order, so that neighbouring values differ by one.
 *
 * @param value - exactly representable in `dtype`, or rounded to float32 for f64 and i32.
 */
export function orderedCode(value: number, dtype: Dtype): number {
  const form = floatForms[dtype];
  if (form === undefined) return Number.isFinite(value) ? Math.trunc(value) : 0;
  const [mantissa, least] = form;
  const size = Math.abs(value);
  const smallest = 2 ** least;
  // Not a number and infinity lie above all finite codes; one code stands for them all.
  if (!(size < Infinity)) return value < 0 ? -0x7f800000 : 0x7f800000;
  const magnitude =
    size < smallest ? size / (smallest / 2 ** mantissa) : normalCode(size, mantissa, least);
  return Math.trunc(value < 0 ? -magnitude : magnitude);
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

function normalCode(size: number, mantissa: number, least: number): number {
  float[0] = size;
  // The float32 code, with fewer bits of mantissa and counted from the least exponent of the dtype.
  return ((bits[0] ?? 0) - (126 + least) * 2 ** 23) / 2 ** (23 - mantissa);
}
