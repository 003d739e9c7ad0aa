import { elementCount, type Dtype } from '../dtype.ts';
import { decodeElements } from '../tensor/elements.ts';
import { literal } from './literal.ts';
import type { Literal } from './network.ts';

type Plain = Parameters<typeof literal>[0];

const plain: ReadonlySet<Dtype> = new Set<Plain>([
  'f32', 'f64', 'i64', 'i32', 'i16', 'i8', 'u8', 'u16', 'u32', 'bool',
]); // prettier-ignore

/** Whether `encodeNumbers` can write a dtype. */
export function isEncodable(dtype: Dtype): boolean {
  return plain.has(dtype) || dtype === 'f16' || dtype === 'bf16';
}

/**
 * A tensor of the given numbers; half-precision types too, rounded to nearest even. Numbers beyond the
 * largest become infinite.
 *
 * Source: IEEE 754 binary16; bfloat16 is the upper half of binary32.
 */
export function encodeNumbers(
  dtype: Dtype,
  shape: readonly number[],
  numbers: ArrayLike<number>,
): Literal {
  if (dtype !== 'f16' && dtype !== 'bf16') {
    if (!plain.has(dtype)) throw new Error(`no numbers of ${dtype} can be written`);
    return literal(dtype as Plain, shape, numbers);
  }
  if (elementCount(shape) !== numbers.length)
    throw new Error(`${numbers.length} numbers for shape [${shape.join(', ')}]`);
  const codeOf = dtype === 'f16' ? halfCode : brainCode;
  const codes = new Uint16Array(numbers.length);
  for (let i = 0; i < codes.length; i++) codes[i] = codeOf(numbers[i] as number);
  return { dtype, shape, bytes: new Uint8Array(codes.buffer) };
}

/** The numbers as `dtype` holds them. */
export function roundedTo(dtype: Dtype, numbers: ArrayLike<number>): Float64Array {
  return decodeElements(dtype, encodeNumbers(dtype, [numbers.length], numbers).bytes);
}

/** 2 to the power of −14 to 24: a power for each number of a large tensor would take seconds. */
const powers = Float64Array.from({ length: 39 }, (_, i) => 2 ** (i - 14));

const double = new DataView(new ArrayBuffer(8));

function halfCode(value: number): number {
  double.setFloat64(0, value);
  const sign = (double.getUint16(0) & 0x8000) >>> 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // Halfway between the largest half and the next there would be.
  if (size >= 65_520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  const exponent = exponentOf(size);
  // A mantissa that rounds up to 2 carries into the exponent by itself.
  return sign | (((exponent + 14) << 10) + roundToEven(size * (powers[24 - exponent] as number)));
}

/** From the double itself, not from the float it would round to: rounding twice may go astray. */
function brainCode(value: number): number {
  double.setFloat64(0, value);
  const sign = double.getUint16(0) & 0x8000;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7fc0;
  if (size >= (2 - 2 ** -8) * 2 ** 127) return sign | 0x7f80;
  if (size < 2 ** -126) return sign | roundToEven(size * 2 ** 133);
  const exponent = exponentOf(size);
  return sign | (((exponent + 126) << 7) + roundToEven(size * 2 ** (7 - exponent)));
}

/** Of a positive number that is normal as a double: 1 ≤ size / 2^exponent < 2. */
function exponentOf(size: number): number {
  double.setFloat64(0, size);
  return ((double.getUint16(0) >>> 4) & 0x7ff) - 1023;
}

function roundToEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
}
